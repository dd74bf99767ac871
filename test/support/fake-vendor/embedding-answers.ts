import type { AnswerInput, VendorUsage } from './vendor-answer';
import { OPENAI_DIALECT, type VendorDialect } from './vendor-dialect';

const DEFAULT_DIMENSIONS = 8;

interface EmbeddingBody {
  readonly input: readonly (string | readonly number[])[];
  readonly encoding_format?: string;
  readonly dimensions?: number;
}

/** OpenAI's embeddings: a vector says which input it belongs to, so that mix-ups show. */
export const EMBEDDINGS_DIALECT: VendorDialect = {
  ...OPENAI_DIALECT,
  matches: (path) => path.endsWith('/embeddings'),
  isStreamed: () => false,
  usage: countedTokens,
  whole: (input) => {
    const { script, requestedModel } = input;
    const body = bodyOf(input);
    const usage = script.usage === undefined ? countedTokens(input) : script.usage;
    // Out of order, as the format allows.
    const data = body.input.map((item, index) => vectorOf(item, index, body)).toReversed();
    return JSON.stringify({
      object: 'list',
      data,
      model: script.model ?? requestedModel,
      ...(usage !== null && { usage }),
    });
  },
};

/** The numbers the fake vendor gives for one input. */
export function fakeVector(
  item: string | readonly number[],
  dimensions = DEFAULT_DIMENSIONS,
): readonly number[] {
  return Array.from({ length: dimensions }, (_unused, index) =>
    index === 0 ? item.length / 2 : 1 / 2 ** index,
  );
}

function vectorOf(item: string | readonly number[], index: number, body: EmbeddingBody): object {
  const numbers = fakeVector(item, body.dimensions);
  const embedding =
    body.encoding_format === 'base64'
      ? Buffer.from(new Float32Array(numbers).buffer).toString('base64')
      : numbers;
  return { object: 'embedding', index, embedding };
}

function countedTokens(input: AnswerInput): VendorUsage {
  const tokens = bodyOf(input).input.reduce(
    (sum, item) => sum + (typeof item === 'string' ? Math.ceil(item.length / 4) : item.length),
    0,
  );
  return { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
}

function bodyOf({ requestBody }: AnswerInput): EmbeddingBody {
  return JSON.parse(requestBody) as EmbeddingBody;
}

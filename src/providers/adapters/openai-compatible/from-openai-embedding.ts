import { isJsonObject, parseJson } from '../../../common/json';
import type { EmbeddingResult } from '../../../llm/embedding-result';
import type { AnswerContext } from '../../wire/answer-context';
import { toVectors } from '../../wire/embedding-vectors';
import { invalidResponse } from '../../wire/transport-error';
import { toErrorInAnswer } from './openai-errors';
import { toTokenUsage } from './openai-usage';

/** Reads the answer to an embeddings call; the vectors are put in the order of the inputs. */
export function fromOpenAiEmbedding(text: string, context: AnswerContext, inputs: number): EmbeddingResult {
  const { provider } = context;
  const answer = parseJson(text);
  if (!isJsonObject(answer))
    throw invalidResponse(provider, 'the answer of the provider is not a JSON object');
  if (answer['error'] !== undefined && answer['error'] !== null)
    throw toErrorInAnswer(provider, answer, 'nothing-yet');
  const { data, model } = answer;
  if (!Array.isArray(data)) throw invalidResponse(provider, 'the answer of the provider has no vectors');
  return {
    model: typeof model === 'string' && model !== '' ? model : context.requestedModel,
    vectors: toVectors(inOrder(data), { inputs, provider }),
    usage: usageOf(answer['usage']),
    droppedParameters: context.droppedParameters,
  };
}

/** By the index each vector carries; a list in which one is missing or comes twice is taken as it stands. */
function inOrder(data: readonly unknown[]): readonly unknown[] {
  const vectors = data.map((item) => (isJsonObject(item) ? item['embedding'] : undefined));
  const indexes = data.map((item) => (isJsonObject(item) ? item['index'] : undefined));
  const sorted: unknown[] = Array.from({ length: data.length });
  const seen = new Set<number>();
  for (const [position, index] of indexes.entries()) {
    if (typeof index !== 'number' || !(index in sorted) || seen.has(index)) return vectors;
    seen.add(index);
    sorted[index] = vectors[position];
  }
  return sorted;
}

/** There is no completion; some servers tell the total only. */
function usageOf(usage: unknown): EmbeddingResult['usage'] {
  if (!isJsonObject(usage)) return undefined;
  const prompt = usage['prompt_tokens'] ?? usage['total_tokens'];
  return toTokenUsage({ prompt_tokens: prompt, completion_tokens: 0 });
}

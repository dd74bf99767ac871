import { readFileSync } from 'node:fs';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { toUnitLength } from '../../../common/unit-length';
import type { OnnxModel } from './onnx-model';
import { poolVectors } from './pool-vectors';
import { TextTokens } from './text-tokens';

/** Names under which models put out one vector per text, ready to use. */
const POOLED_OUTPUTS = ['sentence_embedding', 'sentence_embeddings'];

/** A sentence transformer in memory. Blocks its thread while it computes. */
export class SentenceEncoder {
  private constructor(
    private readonly model: OnnxModel,
    private readonly tokens: TextTokens,
    private readonly session: InferenceSession,
  ) {}

  /** Throws when the files are no model, or need inputs that a text does not have. */
  static async load(model: OnnxModel): Promise<SentenceEncoder> {
    const files = { tokenizer: model.tokenizerFile, config: model.tokenizerConfigFile };
    const tokens = new TextTokens(files, model.maxTokens);
    env.wasm.numThreads = 1;
    const session = await InferenceSession.create(readFileSync(model.modelFile), {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    });
    const unknown = session.inputNames.filter((name) => !(name in INPUTS));
    if (unknown.length > 0) throw new Error(`the model wants the input ${unknown.join(', ')}`);
    return new SentenceEncoder(model, tokens, session);
  }

  /** One vector of length 1 per text. */
  async encode(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const ids = texts.map((text) => this.tokens.idsOf(text));
    const longest = Math.max(...ids.map(({ length }) => length));
    const feeds = Object.fromEntries(
      this.session.inputNames.map((name) => [name, toTensor(ids, longest, INPUTS[name] ?? none)]),
    );
    const outputs = await this.session.run(feeds);
    const lengths = ids.map(({ length }) => length);
    return this.vectorsIn(outputs, lengths);
  }

  private vectorsIn(outputs: Readonly<Record<string, Tensor>>, lengths: readonly number[]): Float32Array[] {
    const pooled = POOLED_OUTPUTS.map((name) => outputs[name]).find((output) => output !== undefined);
    const output = pooled ?? outputs['last_hidden_state'] ?? outputs[this.session.outputNames[0] ?? ''];
    const values = output?.data;
    if (!output || !(values instanceof Float32Array)) throw new Error('the model puts out no 32-bit numbers');
    const [batch, second = 0, third] = output.dims;
    if (batch !== lengths.length) throw new Error('the model answers another number of texts');
    if (third !== undefined)
      return poolVectors({ values, tokens: second, dimensions: third }, lengths, this.model.pooling);
    return lengths.map((_, text) => toUnitLength(values.slice(text * second, (text + 1) * second)));
  }
}

/** What a model is told of a token: its number, whether it is one, and of which sentence. */
const INPUTS: Readonly<Record<string, (id: number | undefined) => bigint>> = {
  input_ids: (id) => BigInt(id ?? 0),
  attention_mask: (id) => (id === undefined ? 0n : 1n),
  token_type_ids: none,
};

function none(): bigint {
  return 0n;
}

function toTensor(
  ids: readonly (readonly number[])[],
  longest: number,
  valueOf: (id: number | undefined) => bigint,
): Tensor {
  const values = new BigInt64Array(ids.length * longest);
  for (const [text, tokens] of ids.entries())
    for (let i = 0; i < longest; i++) values[text * longest + i] = valueOf(tokens[i]);
  return new Tensor('int64', values, [ids.length, longest]);
}

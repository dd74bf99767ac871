import { readFileSync } from 'node:fs';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { toUnitLength } from '../../../common/unit-length';
import type { OnnxModel } from './onnx-model';
import { poolVectors } from './pool-vectors';
import { TextTokens } from './text-tokens';

/** Names under which models put out one vector per text, ready to use. */
const POOLED_OUTPUTS = ['sentence_embedding', 'sentence_embeddings'];

/** What a model is told of each token besides its number: that it is one, and of the first sentence. */
const CONSTANT_INPUTS: Readonly<Record<string, bigint>> = { attention_mask: 1n, token_type_ids: 0n };
const TOKENS_INPUT = 'input_ids';

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
    const unknown = session.inputNames.filter((name) => name !== TOKENS_INPUT && !(name in CONSTANT_INPUTS));
    if (unknown.length > 0) throw new Error(`the model wants the input ${unknown.join(', ')}`);
    return new SentenceEncoder(model, tokens, session);
  }

  /**
   * A vector of length 1. Texts do not share a batch: quantized models scale what they compute by all of it, so that a vector would
   * depend on whose texts happened to come along.
   */
  async encode(text: string): Promise<Float32Array> {
    const ids = this.tokens.idsOf(text).map(BigInt);
    const feeds = this.session.inputNames.map((name): [string, Tensor] => {
      const constant = CONSTANT_INPUTS[name];
      const values = BigInt64Array.from(constant === undefined ? ids : ids.map(() => constant));
      return [name, new Tensor('int64', values, [1, ids.length])];
    });
    return this.vectorIn(await this.session.run(Object.fromEntries(feeds)));
  }

  private vectorIn(outputs: Readonly<Record<string, Tensor>>): Float32Array {
    const pooled = POOLED_OUTPUTS.map((name) => outputs[name]).find((output) => output !== undefined);
    const output = pooled ?? outputs['last_hidden_state'] ?? outputs[this.session.outputNames[0] ?? ''];
    const values = output?.data;
    if (!output || !(values instanceof Float32Array)) throw new Error('the model puts out no 32-bit numbers');
    const [, , dimensions] = output.dims;
    if (dimensions === undefined) return toUnitLength(values.slice());
    return poolVectors(values, dimensions, this.model.pooling);
  }
}

import { Setting } from '../config/setting';
import { choice, integer, text } from '../config/setting-types';

/** Who turns prompts into vectors. */
export const EMBEDDER_KINDS = ['static', 'onnx', 'remote'] as const;
export type EmbedderKind = (typeof EMBEDDER_KINDS)[number];

/** How the meaning of prompts is found for semantic routing. */
export class EmbeddingConfig {
  static readonly section = 'Embedding';

  @Setting({
    env: 'ROUTER_EMBEDDER',
    type: choice(EMBEDDER_KINDS),
    default: 'static',
    describe:
      'Who turns prompts into vectors for semantic routing: `static` (built in, offline, microseconds), `onnx` (a sentence transformer from ROUTER_EMBEDDER_PATH) or `remote` (ROUTER_EMBEDDER_MODEL; costs money, which is booked for the tenant). The intent classifier always uses the built-in one.',
  })
  readonly kind: EmbedderKind;

  @Setting({
    env: 'ROUTER_EMBEDDER_PATH',
    type: text(),
    describe:
      'Folder of a sentence transformer for ROUTER_EMBEDDER=onnx: `model.onnx` or `onnx/model.onnx`, and `tokenizer.json`. The start fails when it cannot be loaded.',
    example: '/models/all-MiniLM-L6-v2',
  })
  readonly path: string | undefined;

  @Setting({
    env: 'ROUTER_EMBEDDER_MAX_TOKENS',
    type: integer({ min: 16, max: 8_192 }),
    default: 128,
    describe:
      'Tokens of a prompt that the sentence transformer looks at; fewer where it was trained with fewer. Time and memory grow with it.',
  })
  readonly maxTokens: number;

  @Setting({
    env: 'ROUTER_EMBEDDER_MODEL',
    type: text(),
    describe:
      'Embedding model for ROUTER_EMBEDDER=remote, as `provider/model`. Of models that give shorter vectors, 256 numbers are asked for.',
    example: 'openai/text-embedding-3-small',
  })
  readonly model: string | undefined;

  @Setting({
    env: 'ROUTER_EMBEDDER_TIMEOUT_MS',
    type: integer({ min: 10, max: 10_000 }),
    describe:
      'How long a decision waits for a vector: 150 for `onnx` and 800 for `remote` when not set. After that the built-in embedder is used, as it is when the configured one fails.',
  })
  readonly timeoutMs: number | undefined;
}

import type { JsonObject } from '../common/json';

/** What the vectors are for; vendors that distinguish embed a question otherwise than the texts it is asked of. */
export const EMBEDDING_PURPOSES = ['query', 'document', 'classification', 'clustering'] as const;

export type EmbeddingPurpose = (typeof EMBEDDING_PURPOSES)[number];

/** A text, or the token ids some clients send instead. Never empty. */
export type EmbeddingInput = string | readonly number[];

/** An embeddings request, parsed once at the border and read-only from then on; policy makes a redacted copy. */
export interface EmbeddingRequest {
  /** What the client wrote; undefined when absent. */
  readonly model: string | undefined;
  /** At least one; the answer's vectors come in this order. */
  readonly inputs: readonly EmbeddingInput[];
  /** How the client wants its vectors: as numbers, or as base64 of little-endian 32-bit floats. */
  readonly encoding: 'float' | 'base64';
  /** Shorter vectors than the model's own. */
  readonly dimensions?: number;
  readonly purpose?: EmbeddingPurpose;
  readonly user?: string;
  /** Fields without a place here, by wire name; a vendor that does not know them reports them as dropped. */
  readonly extensions: JsonObject;
}

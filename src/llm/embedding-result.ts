import type { DroppedParameter } from './chat-result';
import type { TokenUsage } from './token-usage';

/** Numbers, or base64 of little-endian 32-bit floats where the vendor was asked for that: passed on untouched. */
export type EmbeddingVector = readonly number[] | string;

/** A vendor's answer to an embeddings call. */
export interface EmbeddingResult {
  /** The model that the vendor says answered; this one is priced. */
  readonly model: string;
  /** As many as there were inputs, in their order. */
  readonly vectors: readonly EmbeddingVector[];
  /** Undefined when the vendor gave none (or nonsense): the cost is then estimated and marked so. */
  readonly usage: TokenUsage | undefined;
  readonly droppedParameters: readonly DroppedParameter[];
}

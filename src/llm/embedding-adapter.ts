import type { ProviderEndpoint } from './chat-adapter';
import type { EmbeddingRequest } from './embedding-request';
import type { EmbeddingResult } from './embedding-result';

/** One embeddings call to a vendor. */
export interface EmbeddingCall {
  readonly endpoint: ProviderEndpoint;
  /** The vendor's id of the model. */
  readonly model: string;
  readonly request: EmbeddingRequest;
  /** Numbers in each vector of the answer: what the client asked for, or the model's own. Bounds what is read. */
  readonly vectorLength: number;
  /** Our id of this call; sent as a correlation header where the vendor has one. */
  readonly attemptId: string;
  /** W3C `traceparent` header of this call. */
  readonly traceParent?: string;
  /** Aborted when the client leaves or a deadline passes. */
  readonly signal: AbortSignal;
}

/**
 * Speaks one vendor's embeddings format; an adapter may be a ChatAdapter, too. Reports every field it could
 * not pass on, gives exactly one vector per input, and fails with ProviderError only.
 */
export interface EmbeddingAdapter {
  /** The wire format's name, such as `openai`, `cohere`. */
  readonly vendor: string;
  embed(call: EmbeddingCall): Promise<EmbeddingResult>;
}

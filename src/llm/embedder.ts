import type { TokenUsage } from './token-usage';

/** Turns texts into unit-length vectors of one fixed dimension. */
export interface Embedder {
  readonly name: string;
  readonly dimension: number;
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}

/** An embeddings call of a client, priced and budgeted like chat. */
export interface EmbeddingRequest {
  readonly model: string | undefined;
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions?: number;
  readonly encoding: 'float' | 'base64';
  readonly user?: string;
  /** Cohere, Gemini and others distinguish queries from documents. */
  readonly purpose?: string;
}

/** A text, or the token ids some clients send instead. */
export type EmbeddingInput = string | readonly number[];

export interface EmbeddingResult {
  readonly model: string;
  readonly vectors: readonly (readonly number[])[];
  readonly usage: TokenUsage | undefined;
}

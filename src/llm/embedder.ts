/**
 * Turns texts into vectors whose directions are alike where the meanings are. Vectors have length 1 (or 0 for a text
 * with nothing in it) and are the same for the same text as long as `version` is the same.
 */
export interface Embedder {
  /** Which embedder this is, for people and records: `static`, `onnx`, `remote`. */
  readonly name: string;
  /** Numbers per vector. */
  readonly dimensions: number;
  /** Changes whenever the vectors do: never compare vectors of different versions. */
  readonly version: string;
  /** One vector per text, in their order. May look at a bounded part of a long text only. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}

/** The embedder that ROUTER_EMBEDDER selects. */
export const EMBEDDER = Symbol('Embedder');

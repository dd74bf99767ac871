import type { OnnxModel } from './onnx-model';

/** What the thread starts with. */
export interface OnnxTask {
  readonly model: OnnxModel;
}

/** One batch of texts to embed. The thread works on one at a time. */
export interface OnnxRequest {
  readonly texts: readonly string[];
}

export type OnnxReply =
  | { readonly kind: 'ready'; readonly dimensions: number }
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  /** Of the batch; before `ready` of the model. */
  | { readonly kind: 'failed'; readonly message: string };

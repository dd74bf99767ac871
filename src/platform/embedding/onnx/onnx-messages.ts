import type { OnnxModel } from './onnx-model';

/** What the thread starts with. */
export interface OnnxTask {
  readonly model: OnnxModel;
}

/** A text to embed. The thread works on one at a time. */
export interface OnnxRequest {
  readonly text: string;
}

export type OnnxReply =
  | { readonly kind: 'ready'; readonly dimensions: number }
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  /** Of the text; before `ready` of the model. */
  | { readonly kind: 'failed'; readonly message: string };

import type { EmbeddingInput } from '../llm/embedding-request';
import type { ExecutionTarget } from './execution/chat-run';

/** The share of a request's inputs that one call takes, and who may be asked for it. */
export interface EmbeddingPart {
  readonly inputs: readonly EmbeddingInput[];
  /** What the inputs probably have, for a vendor that does not say. */
  readonly inputTokensExpected: number;
  readonly targets: readonly ExecutionTarget[];
}

/** The inputs in runs of at most `size`, in their order. */
export function inRuns<T>(inputs: readonly T[], size: number): readonly (readonly T[])[] {
  if (inputs.length <= size) return [inputs];
  const runs: (readonly T[])[] = [];
  for (let start = 0; start < inputs.length; start += size) runs.push(inputs.slice(start, start + size));
  return runs;
}

import type { PromptVector } from '../quality/prompt-vector';

/** One prompt and how well the models that were asked did (0..1 by model name in lower case). */
export interface TrainingRow {
  readonly vector: PromptVector;
  readonly outcomes: ReadonlyMap<string, number>;
  /** The kind of prompt when it is known: a task, an intent. */
  readonly family: string | undefined;
}

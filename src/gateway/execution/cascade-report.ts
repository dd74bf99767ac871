import type { NanoUsd } from '../../common/money';

/** One step of a cascade as it went. */
export interface CascadeStepReport {
  readonly provider: string;
  readonly model: string;
  /** What its calls cost, those of a judge included; undefined while its stream runs: then the rest of what the request cost. */
  readonly costNanoUsd: NanoUsd | undefined;
  readonly accepted: boolean;
  /** Undefined when the step gave no answer, or one that was streamed before it could be checked. */
  readonly score: number | undefined;
  readonly confidence: number | undefined;
  /** The judge's opinion, 0..1; undefined when it was not asked. */
  readonly grade?: number;
  readonly reason: string;
}

/** How a cascade went. */
export interface CascadeReport {
  readonly steps: readonly CascadeStepReport[];
  /** The step whose answer was returned. */
  readonly answeredStep: number;
}

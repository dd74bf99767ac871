import type { JsonObject } from '../../common/json';
import type { Estimate, ReplayTally } from '../../routing/learning/replay/replay-tally';
import type { Verdict } from '../../routing/learning/replay/replay-verdict';

/** What a turn of learning came to, as it is kept and shown. */
export type LearningOutcome =
  /** Not enough decisions with an outcome, or too few new ones. */
  | 'waiting'
  /** The answers were as the present router predicts. */
  | 'nothing_learned'
  /** Replay could not judge it: the reason says why. */
  | 'refused'
  /** Replay did not find it better. */
  | 'not_better'
  /** Replay found it better; it waits for somebody to activate it. */
  | 'proposed'
  /** Replay found it better, and it predicts now. */
  | 'activated'
  /** Something broke; the log says what. */
  | 'failed';

/** The verdict of a replay with what it rests on. */
export function verdictJson(verdict: Verdict, tally: ReplayTally): JsonObject {
  const overlap = tally.overlap();
  return {
    kind: verdict.kind,
    because: verdict.kind === 'refused' ? verdict.because : null,
    difference: verdict.kind === 'refused' ? null : estimateJson(verdict.difference),
    doubly_robust: estimateJson(tally.doublyRobust()),
    snips: estimateJson(tally.snips()),
    decisions: overlap.decisions,
    effective_size: Math.round(overlap.effectiveSampleSize),
    unsupported_share: rounded(overlap.unsupportedShare),
    chosen_otherwise: overlap.differing,
    of_which_tried: overlap.tried,
  };
}

function estimateJson({ value, low, high }: Estimate): JsonObject {
  return { value: rounded(value), low: rounded(low), high: rounded(high) };
}

/** Null for what is unbounded or no number; JSON knows neither. */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null;
}

import { isJsonObject } from '../../common/json';

/**
 * How the goodness of an answer became known: a person said so, a judge graded it, the client asked the same again, or
 * its form could be checked.
 */
export const OUTCOME_SOURCES = ['feedback', 'judge', 'regeneration', 'check'] as const;
export type OutcomeSource = (typeof OUTCOME_SOURCES)[number];

/** Outcomes of one kind on one day; numbers only. */
export interface OutcomeCount {
  readonly organization_id: string;
  readonly provider: string;
  readonly model: string;
  readonly intent: string;
  /** Tenth of the intent's confidence, 0..9. */
  readonly band: number;
  readonly source: OutcomeSource;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly count: number;
  /** Sum of the scores, 0..count. */
  readonly score_sum: number;
}

/** Counts of a second or so, booked once by their id. */
export interface OutcomeBatch {
  readonly batch_id: string;
  readonly counts: readonly OutcomeCount[];
}

const TEXTS = ['organization_id', 'provider', 'model', 'intent', 'source', 'day'] as const;

/** Checks a batch that comes back from a file or a queue; undefined when it is not one of ours. */
export function parseOutcomeBatch(value: unknown): OutcomeBatch | undefined {
  return isBatch(value) ? value : undefined;
}

/** The band of a confidence, 0..1. */
export function bandOf(confidence: number): number {
  return Math.min(9, Math.max(0, Math.floor(confidence * 10)));
}

function isBatch(value: unknown): value is OutcomeBatch {
  if (!isJsonObject(value) || typeof value['batch_id'] !== 'string') return false;
  const { counts } = value;
  return Array.isArray(counts) && counts.every(isCount);
}

function isCount(value: unknown): value is OutcomeCount {
  if (!isJsonObject(value)) return false;
  const { count, score_sum: sum, band } = value;
  return (
    TEXTS.every((field) => typeof value[field] === 'string') &&
    Number.isInteger(band) &&
    Number.isInteger(count) &&
    typeof sum === 'number' &&
    sum >= 0
  );
}

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

/** What became of one answer; joined with its decision by the request. */
export interface AnswerOutcome {
  readonly request_id: string;
  readonly organization_id: string;
  readonly provider: string;
  readonly model: string;
  readonly source: OutcomeSource;
  /** 0 bad … 1 good. */
  readonly score: number;
}

/** Outcomes of a second or so, booked once by their id. */
export interface OutcomeBatch {
  readonly batch_id: string;
  readonly counts: readonly OutcomeCount[];
  /** Of answers whose decision is kept; absent in batches of earlier versions. */
  readonly answers?: readonly AnswerOutcome[];
}

const TEXTS = ['organization_id', 'provider', 'model', 'intent', 'source', 'day'] as const;

const ANSWER_TEXTS = ['request_id', 'organization_id', 'provider', 'model', 'source'] as const;

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
  const { counts, answers = [] } = value;
  return Array.isArray(counts) && counts.every(isCount) && Array.isArray(answers) && answers.every(isAnswer);
}

function isAnswer(value: unknown): value is AnswerOutcome {
  if (!isJsonObject(value)) return false;
  const { score } = value;
  return (
    ANSWER_TEXTS.every((field) => typeof value[field] === 'string') &&
    typeof score === 'number' &&
    score >= 0 &&
    score <= 1
  );
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

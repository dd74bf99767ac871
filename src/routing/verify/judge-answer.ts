import type { AnswerFault, AnswerSigns } from './answer-checks';

/** How good an answer probably is. */
export interface Verdict {
  /** Probability that it is good, 0..1. */
  readonly score: number;
  /** How much evidence stands behind the score, 0..1. */
  readonly confidence: number;
  /** Faults and, for an answer without, what spoke for it. */
  readonly reasons: readonly string[];
}

/** An answer with one of these is not accepted, whatever else speaks for it. */
const FATAL: ReadonlySet<AnswerFault> = new Set([
  'empty',
  'refusal',
  'invalid_json',
  'schema_mismatch',
  'invalid_tool_call',
  'missing_tool_call',
]);

/** By how much a sign changes the odds that the answer is good. */
const ODDS = { soundForm: 3, noFault: 1.6, truncated: 0.25, repetitive: 0.1, unsure: 0.25 } as const;
/** Tokens of good answers have about this mean probability; the odds change with the distance. */
const USUAL_PROBABILITY = 0.8;
const PROBABILITY_STEEPNESS = 8;
const FATAL_SCORE = 0.05;

/**
 * Puts the model's predicted quality and the signs on its answer together, as odds. `judged` is the opinion of a
 * judge, 0..1; it counts most, because it is the only one that has read the answer.
 */
export function judgeAnswer(predicted: number, signs: AnswerSigns, judged?: number): Verdict {
  const fatal = signs.faults.find((fault) => FATAL.has(fault));
  if (fatal !== undefined) return { score: FATAL_SCORE, confidence: 1, reasons: signs.faults };
  const clamped = Math.min(Math.max(predicted, 0.02), 0.98);
  let odds = clamped / (1 - clamped);
  if (signs.formHolds) odds *= ODDS.soundForm;
  if (signs.faults.length === 0) odds *= ODDS.noFault;
  if (signs.faults.includes('truncated')) odds *= ODDS.truncated;
  if (signs.faults.includes('repetitive')) odds *= ODDS.repetitive;
  if (signs.faults.includes('unsure')) odds *= ODDS.unsure;
  if (signs.tokenProbability !== undefined)
    odds *= Math.exp(PROBABILITY_STEEPNESS * (signs.tokenProbability - USUAL_PROBABILITY));
  if (judged !== undefined) odds *= oddsOfJudge(judged);
  return {
    score: Math.round((1000 * odds) / (1 + odds)) / 1000,
    confidence: confidenceOf(signs, judged),
    reasons: reasonsOf(signs, judged),
  };
}

/** A judge is right in about four of five cases. */
function oddsOfJudge(judged: number): number {
  const trusted = 0.1 + 0.8 * Math.min(Math.max(judged, 0), 1);
  return (trusted / (1 - trusted)) ** 1.5;
}

function confidenceOf(
  { faults, formHolds, tokenProbability }: AnswerSigns,
  judged: number | undefined,
): number {
  const evidence =
    0.6 +
    (judged === undefined ? 0 : 0.35) +
    (tokenProbability === undefined ? 0 : 0.2) +
    (formHolds ? 0.2 : 0) +
    (faults.length > 0 ? 0.2 : 0);
  return Math.min(1, Math.round(evidence * 100) / 100);
}

function reasonsOf(
  { faults, formHolds, tokenProbability }: AnswerSigns,
  judged: number | undefined,
): string[] {
  if (faults.length > 0) return [...faults];
  return [
    'no_fault',
    ...(formHolds ? ['form_holds'] : []),
    ...(tokenProbability === undefined ? [] : ['token_probabilities']),
    ...(judged === undefined ? [] : ['judge']),
  ];
}

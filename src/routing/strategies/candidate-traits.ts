import type { Candidate } from '../candidate';

/** Time to the first token of a model nobody has measured yet. */
const UNKNOWN_LATENCY_MS = 600;
/** A provider that fails half of its calls loses a quarter of the scale; one under probation a fifth. */
const HEALTH_PENALTY = 0.5;
const HALF_OPEN_PENALTY = 0.2;

/** Milliseconds until the whole answer is there. */
export function millisecondsOf(candidate: Candidate, outputTokens: number): number {
  const tokensPerSecond = Math.max(candidate.card.typicalTokensPerSecond, 1);
  return (candidate.latencyMs ?? UNKNOWN_LATENCY_MS) + (outputTokens * 1000) / tokensPerSecond;
}

/** What a candidate loses of its score for failing calls. */
export function healthPenalty({ healthPercent, halfOpen }: Candidate): number {
  return HEALTH_PENALTY * (1 - healthPercent / 100) + (halfOpen ? HALF_OPEN_PENALTY : 0);
}

/** Scores are rounded so that they compare alike on every machine. */
export function roundScore(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

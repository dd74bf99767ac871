import type { Candidate } from '../candidate';
import type { RouteInput } from '../route-input';
import type { CandidateScore } from '../route-plan';
import { OBJECTIVE_WEIGHTS, type ObjectiveWeights } from './objective-weights';
import type { TaskClass } from './task-class';

/** Time to the first token of a model nobody has measured yet. */
const UNKNOWN_LATENCY_MS = 600;
/** Differences smaller than these spans are not blown up to the whole scale. */
const MIN_QUALITY_SPAN = 0.1;
const MIN_LOG_PRICE_SPAN = Math.log(4);
const MIN_LOG_TIME_SPAN = Math.log(4);
/** A provider that fails half of its calls loses a quarter of the scale; one under probation a fifth. */
const HEALTH_PENALTY = 0.5;
const HALF_OPEN_PENALTY = 0.2;

/** Scores every candidate for a task class; parts and totals are rounded so that they compare alike on every machine. */
export function scoreCandidates(input: RouteInput, taskClass: TaskClass): CandidateScore[] {
  const { candidates, expectedOutputTokens } = input;
  const weights = OBJECTIVE_WEIGHTS[input.objective];
  const qualities = new Scale();
  const prices = new Scale();
  const times = new Scale();
  for (const candidate of candidates) {
    qualities.add(qualityOf(candidate, taskClass));
    prices.add(Math.log(Math.max(Number(candidate.expectedCost), 1)));
    times.add(Math.log(Math.max(millisecondsOf(candidate, expectedOutputTokens), 1)));
  }
  const enough = weights.enough[taskClass];
  return candidates.map((candidate, i) =>
    combine(weights, candidate, {
      quality: enough === 0 ? 1 : round(Math.min(1, qualities.shareFromBottom(i, MIN_QUALITY_SPAN) / enough)),
      price: round(1 - prices.shareAboveLowest(i, MIN_LOG_PRICE_SPAN)),
      speed: round(1 - times.shareAboveLowest(i, MIN_LOG_TIME_SPAN)),
    }),
  );
}

/** Values and where each stands between the lowest and the highest; the span counts as no less than a minimum. */
class Scale {
  readonly #values: number[] = [];
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#values.push(value);
    if (value < this.#lowest) this.#lowest = value;
    if (value > this.#highest) this.#highest = value;
  }

  /** 0 for the lowest. For logarithms: twice as dear is the same step everywhere. */
  shareAboveLowest(index: number, minSpan: number): number {
    return ((this.#values[index] ?? 0) - this.#lowest) / Math.max(this.#highest - this.#lowest, minSpan);
  }

  /** 1 for the highest, falling to 0 at the bottom of the span. */
  shareFromBottom(index: number, minSpan: number): number {
    const below = this.#highest - (this.#values[index] ?? 0);
    return Math.max(0, 1 - below / Math.max(this.#highest - this.#lowest, minSpan));
  }
}

function combine(
  weights: ObjectiveWeights,
  candidate: Candidate,
  { quality, price, speed }: Pick<CandidateScore, 'quality' | 'price' | 'speed'>,
): CandidateScore {
  const wanted = weights.quality * quality + weights.price * price + weights.speed * speed;
  const ill =
    HEALTH_PENALTY * (1 - candidate.healthPercent / 100) + (candidate.halfOpen ? HALF_OPEN_PENALTY : 0);
  return { quality, price, speed, total: round(wanted - ill) };
}

function qualityOf(candidate: Candidate, taskClass: TaskClass): number {
  const { quality } = candidate.card;
  if (taskClass === 'code') return quality.code;
  return taskClass === 'complex' ? quality.reasoning : quality.general;
}

/** Milliseconds until the whole answer is there. */
function millisecondsOf(candidate: Candidate, outputTokens: number): number {
  const tokensPerSecond = Math.max(candidate.card.typicalTokensPerSecond, 1);
  return (candidate.latencyMs ?? UNKNOWN_LATENCY_MS) + (outputTokens * 1000) / tokensPerSecond;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

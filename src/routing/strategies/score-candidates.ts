import type { Candidate } from '../candidate';
import type { RouteInput } from '../route-input';
import type { CandidateScore } from '../route-plan';
import { healthPenalty, millisecondsOf, roundScore } from './candidate-traits';
import { OBJECTIVE_WEIGHTS, type ObjectiveWeights } from './objective-weights';
import { Scale } from './scale';
import { qualityForClass, type TaskClass } from './task-class';

/** Differences smaller than these spans are not blown up to the whole scale. */
const MIN_QUALITY_SPAN = 0.1;
const MIN_LOG_PRICE_SPAN = Math.log(4);
const MIN_LOG_TIME_SPAN = Math.log(4);

/** Scores every candidate for a task class; parts and totals are rounded so that they compare alike on every machine. */
export function scoreCandidates(input: RouteInput, taskClass: TaskClass): CandidateScore[] {
  const { candidates, expectedOutputTokens } = input;
  const weights = OBJECTIVE_WEIGHTS[input.objective];
  const qualities = new Scale();
  const prices = new Scale();
  const times = new Scale();
  for (const candidate of candidates) {
    qualities.add(qualityForClass(candidate.card, taskClass));
    prices.add(Math.log(Math.max(Number(candidate.expectedCost), 1)));
    times.add(Math.log(Math.max(millisecondsOf(candidate, expectedOutputTokens), 1)));
  }
  const enough = weights.enough[taskClass];
  return candidates.map((candidate, i) =>
    combine(weights, candidate, {
      quality:
        enough === 0 ? 1 : roundScore(Math.min(1, qualities.shareFromBottom(i, MIN_QUALITY_SPAN) / enough)),
      price: roundScore(1 - prices.shareAboveLowest(i, MIN_LOG_PRICE_SPAN)),
      speed: roundScore(1 - times.shareAboveLowest(i, MIN_LOG_TIME_SPAN)),
    }),
  );
}

function combine(
  weights: ObjectiveWeights,
  candidate: Candidate,
  { quality, price, speed }: Pick<CandidateScore, 'quality' | 'price' | 'speed'>,
): CandidateScore {
  const wanted = weights.quality * quality + weights.price * price + weights.speed * speed;
  return { quality, price, speed, total: roundScore(wanted - healthPenalty(candidate)) };
}

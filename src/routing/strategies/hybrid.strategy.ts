import { withCascade } from '../cascade/with-cascade';
import type { Candidate } from '../candidate';
import type { RouteInput } from '../route-input';
import type { CandidateScore, RoutePlan } from '../route-plan';
import { healthPenalty, millisecondsOf, roundScore } from './candidate-traits';
import { pickSteps } from './pick-steps';
import { priceScores } from './price-scale';
import type { RoutingStrategy } from './routing-strategy';
import { Scale } from './scale';
import { classifyTask } from './task-class';

const MIN_LOG_TIME_SPAN = Math.log(8);
/** A request that takes this share of the budget that is left, or more, loses the whole penalty. */
const BUDGET_SHARE = 0.25;
const BUDGET_PENALTY = 0.3;

/**
 * Weighs the predicted quality of every candidate against what it will cost (a warm prompt cache makes its
 * owner cheaper), how fast and how healthy it is, and how much budget is left. The default: it takes what is
 * known from the catalogue, the words of the prompt and past outcomes together.
 */
export class HybridStrategy implements RoutingStrategy {
  readonly name = 'hybrid';

  plan(input: RouteInput): RoutePlan {
    const { taskClass, because } = classifyTask(input.features, input.intent);
    const scores = scoreByPrediction(input);
    const fallback = taskClass === 'general' ? input.fallback : undefined;
    const steps = pickSteps(input.candidates, scores, fallback);
    const single: RoutePlan = {
      steps,
      strategy: this.name,
      objective: input.objective,
      reason:
        fallback === undefined
          ? explain(input, steps[0], because)
          : 'No special signal: the configured default model answers',
      scores,
    };
    return input.cascade ? withCascade(single, input, input.cascade) : single;
  }
}

/** Predicted quality as it is; price and time against this request's candidates. */
function scoreByPrediction(input: RouteInput): CandidateScore[] {
  const weights = input.profile.objectives[input.objective];
  const prices = priceScores(input.candidates, input.profile.priceScale ?? 'logarithm');
  const times = new Scale();
  for (const candidate of input.candidates)
    times.add(Math.log(Math.max(millisecondsOf(candidate, input.expectedOutputTokens), 1)));
  return input.candidates.map((candidate, i) => {
    const { quality } = candidate;
    const price = prices[i] ?? 0;
    const speed = roundScore(1 - times.shareAboveLowest(i, MIN_LOG_TIME_SPAN));
    const wanted = weights.quality * quality + weights.price * price + weights.speed * speed;
    const lost = healthPenalty(candidate) + budgetPenalty(candidate, input);
    return { quality, price, speed, total: roundScore(wanted - lost) };
  });
}

/** The smaller the budget that is left, the more a dear answer has to be worth it. */
function budgetPenalty({ expectedCost }: Candidate, { budgetLeft }: RouteInput): number {
  if (budgetLeft === undefined) return 0;
  const share = Number(expectedCost) / Math.max(Number(budgetLeft), 1);
  return BUDGET_PENALTY * Math.min(1, share / BUDGET_SHARE);
}

function explain(input: RouteInput, chosen: Candidate | undefined, because: string): string {
  if (!chosen) return 'No usable model';
  if (input.candidates.length === 1) return `The only usable model (${because})`;
  const percent = Math.round(chosen.quality * 100);
  const warm = chosen.cacheSaving > 0n ? ', its prompt cache is warm' : '';
  return `Best by objective ${input.objective} (${because}): predicted quality ${percent} %${warm}`;
}

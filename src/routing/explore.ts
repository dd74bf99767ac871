import type { RouteInput } from './route-input';
import type { RoutePlan } from './route-plan';

/**
 * With the small probability of the input's exploration one of the plan's steps, drawn evenly, answers first,
 * so that models that are never chosen can still be learned about. The draw follows from the seed alone, and the plan says how
 * probable its first step was.
 */
export function explore(plan: RoutePlan, { explorationPermille, seed }: RouteInput): RoutePlan {
  const [best] = plan.steps;
  // A cascade learns about its models by itself.
  if (explorationPermille === 0 || plan.cascade || !best || plan.steps.length < 2) return plan;
  const share = explorationPermille / 1000;
  const evenly = share / plan.steps.length;
  const drawn =
    uniform(seed) < share ? plan.steps[Math.floor(uniform(seed + 1) * plan.steps.length)] : undefined;
  if (drawn === undefined || drawn === best)
    return { ...plan, propensity: roundProbability(1 - share + evenly) };
  return {
    ...plan,
    steps: [drawn, ...plan.steps.filter((step) => step !== drawn)],
    reason: `${plan.reason}; another model was tried this time to learn about it`,
    propensity: roundProbability(evenly),
  };
}

/** A number from 0 up to 1 that follows from a 32-bit seed. */
function uniform(seed: number): number {
  let state = (seed + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
}

function roundProbability(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

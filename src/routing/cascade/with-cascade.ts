import { keyOfCard } from '../candidate';
import type { RouteInput } from '../route-input';
import type { RoutePlan } from '../route-plan';
import { buildCascade } from './build-cascade';
import type { CascadeWish } from './cascade-types';

/** Puts a cascade in front of a plan for one model; where that is pointless the plan stays, and says why. */
export function withCascade(single: RoutePlan, input: RouteInput, wish: CascadeWish): RoutePlan {
  const built = buildCascade(input, wish);
  if (built.kind === 'off')
    return { ...single, reason: `No cascade, because ${built.because}. ${single.reason}` };
  const { steps } = built.plan;
  const names = steps.map(({ card }) => keyOfCard(card)).join(', then ');
  return {
    ...single,
    steps: [...steps, ...single.steps.filter((step) => !steps.includes(step))],
    reason: `Cascade ${wish.type}: ${names}, until an answer holds`,
    cascade: built.plan,
  };
}

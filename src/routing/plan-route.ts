import { namesOfCard, type Candidate } from './candidate';
import { explore } from './explore';
import type { RouteInput } from './route-input';
import type { RoutePlan } from './route-plan';
import type { RoutingStrategy } from './strategies/routing-strategy';

/** `strategy` of a plan in which the client named the model. */
export const DIRECT = 'direct';

/**
 * Makes the plan of an input: by the strategy, or, when the client named a model, that model first
 * and any other candidates (there are some only when failover to other models is configured) behind it.
 */
export function planRoute(strategy: RoutingStrategy, input: RouteInput): RoutePlan {
  const { requestedModel: name, candidates } = input;
  if (name === undefined) return explore(strategy.plan(input), input);
  const requested = candidates.filter((candidate) => answersTo(candidate, name));
  if (requested.length === candidates.length) {
    const plan = strategy.plan({ ...input, fallback: undefined, cascade: undefined });
    return { ...plan, strategy: DIRECT, reason: `Requested model ${name}` };
  }
  const plan = strategy.plan({ ...input, cascade: undefined });
  const others = candidates.filter((candidate) => !requested.includes(candidate));
  return {
    ...plan,
    steps: [...stepsOf(strategy, input, requested), ...stepsOf(strategy, input, others)],
    strategy: DIRECT,
    reason:
      requested.length === 0
        ? `Requested model ${name} cannot be used now: ${plan.reason}`
        : `Requested model ${name}`,
  };
}

/** True when the model is called by this name, in any of the forms a client may write. */
export function answersTo({ card }: Pick<Candidate, 'card'>, name: string): boolean {
  return namesOfCard(card).includes(name.toLowerCase());
}

function stepsOf(
  strategy: RoutingStrategy,
  input: RouteInput,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  return candidates.length === 0
    ? []
    : strategy.plan({ ...input, candidates, fallback: undefined, cascade: undefined }).steps;
}

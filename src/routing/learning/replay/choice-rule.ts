import { keyOfCard, type Candidate } from '../../candidate';
import { planRoute } from '../../plan-route';
import type { RouteInput } from '../../route-input';
import type { RoutingStrategy } from '../../strategies/routing-strategy';
import type { CandidatePolicy } from './candidate-policy';

/** Chooses the position of one of the candidates of a logged decision; undefined where it cannot. */
export type ChoiceRule = (input: RouteInput) => number | undefined;

/** The rule of a candidate policy: the engine's first step, without exploration. Throws for an engine that does not exist. */
export function ruleOf(policy: CandidatePolicy, strategies: readonly RoutingStrategy[]): ChoiceRule {
  const byName = new Map(strategies.map((strategy) => [strategy.name, strategy]));
  if (policy.engine !== undefined && !byName.has(policy.engine))
    throw new Error(`engine ${policy.engine} does not exist; there is ${[...byName.keys()].join(', ')}`);
  return (input) => {
    const engine = policy.engine ?? input.engine;
    const strategy = byName.get(engine);
    if (!strategy) return undefined;
    const changed: RouteInput = {
      ...input,
      engine,
      objective: policy.objective ?? input.objective,
      profile: policy.profile ?? input.profile,
      explorationPermille: 0,
    };
    const [first] = planRoute(strategy, changed).steps;
    return first && positionOf(changed.candidates, first);
  };
}

/** What was logged, without exploration. */
export const PRESENT_POLICY: CandidatePolicy = {
  engine: undefined,
  objective: undefined,
  profile: undefined,
};

/** Baselines that need no learning. */
export const FIXED_RULES: Readonly<Record<string, ChoiceRule>> = {
  'always cheapest': ({ candidates }) => first(candidates, (a, b) => compare(a.expectedCost, b.expectedCost)),
  'always strongest': ({ candidates }) =>
    first(
      candidates,
      (a, b) => b.card.quality.general - a.card.quality.general || compare(b.expectedCost, a.expectedCost),
    ),
};

function first(
  candidates: readonly Candidate[],
  order: (a: Candidate, b: Candidate) => number,
): number | undefined {
  const [best] = candidates.toSorted((a, b) => order(a, b) || compare(keyOfCard(a.card), keyOfCard(b.card)));
  return best && positionOf(candidates, best);
}

function positionOf(candidates: readonly Candidate[], step: Candidate): number {
  return candidates.findIndex(({ card, region }) => card === step.card && region === step.region);
}

function compare<T extends bigint | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

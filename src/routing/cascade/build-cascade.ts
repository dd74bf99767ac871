import { keyOfCard, type Candidate } from '../candidate';
import type { RouteInput } from '../route-input';
import type { CascadePlan } from '../route-plan';
import { judgeCascade } from '../quality/cascade-worth';
import { CASCADE_RULES, type CascadeRules, type CascadeWish } from './cascade-types';

/** A candidate below this health is no step of a cascade while others are well. */
const MIN_HEALTH_PERCENT = 60;

export type BuiltCascade =
  | { readonly kind: 'cascade'; readonly plan: CascadePlan }
  | { readonly kind: 'off'; readonly because: string };

/** The steps of a cascade over the candidates, cheap first; or why asking one model is better. */
export function buildCascade({ candidates }: RouteInput, wish: CascadeWish): BuiltCascade {
  const rules = CASCADE_RULES[wish.type];
  const usable = wellOnes(candidates);
  const strong = bestOf(usable);
  const weak = strong && firstStep(usable, strong, rules);
  if (!strong || !weak) return { kind: 'off', because: 'no cheaper model is good enough to be asked first' };
  const judge = candidates.find(({ card }) => keyOfCard(card) === wish.judge);
  const worth = judgeCascade({
    weakCost: Number(weak.expectedCost),
    verifierCost: judge ? Number(judge.expectedCost) : 0,
    strongCost: Number(strong.expectedCost),
    weakQuality: weak.quality,
    strongQuality: strong.quality,
  });
  if (!worth.worthwhile) return { kind: 'off', because: worth.because };
  const middle = rules.maxSteps > 2 ? stepBetween(usable, weak, strong) : undefined;
  return {
    kind: 'cascade',
    plan: {
      type: wish.type,
      steps: middle ? [weak, middle, strong] : [weak, strong],
      qualityThreshold: wish.qualityThreshold,
      confidenceThreshold: wish.confidenceThreshold,
      judge,
    },
  };
}

function wellOnes(candidates: readonly Candidate[]): readonly Candidate[] {
  const well = candidates.filter(
    ({ healthPercent, halfOpen }) => healthPercent >= MIN_HEALTH_PERCENT && !halfOpen,
  );
  return well.length > 0 ? well : candidates;
}

/** The best; of nearly equal ones the cheapest, because the last step is paid in full. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const highest = Math.max(0, ...candidates.map(({ quality }) => quality));
  return cheapestOf(candidates.filter(({ quality }) => quality >= highest - 0.02));
}

function firstStep(
  candidates: readonly Candidate[],
  strong: Candidate,
  rules: CascadeRules,
): Candidate | undefined {
  return cheapestOf(
    candidates.filter(
      ({ quality, expectedCost }) =>
        quality >= Math.max(rules.startQuality, strong.quality / 2) &&
        quality < strong.quality &&
        expectedCost < strong.expectedCost,
    ),
  );
}

/** The best of those that cost at most half of the strong step and are clearly better than the weak one. */
function stepBetween(
  candidates: readonly Candidate[],
  weak: Candidate,
  strong: Candidate,
): Candidate | undefined {
  const between = candidates.filter(
    ({ quality, expectedCost }) =>
      expectedCost * 2n <= strong.expectedCost &&
      expectedCost > weak.expectedCost &&
      quality >= weak.quality + 0.05 &&
      quality < strong.quality,
  );
  const highest = Math.max(0, ...between.map(({ quality }) => quality));
  return cheapestOf(between.filter(({ quality }) => quality >= highest - 0.02));
}

/** Equal prices by name, so that the choice never depends on the order of arrival. */
function cheapestOf(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) if (!best || isBefore(candidate, best)) best = candidate;
  return best;
}

function isBefore(a: Candidate, b: Candidate): boolean {
  if (a.expectedCost !== b.expectedCost) return a.expectedCost < b.expectedCost;
  return `${keyOfCard(a.card)}@${a.region}` < `${keyOfCard(b.card)}@${b.region}`;
}

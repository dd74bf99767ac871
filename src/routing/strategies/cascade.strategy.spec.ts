import { routeInput, tieredCandidates } from '../../../test/support/route-inputs';
import { CASCADE_RULES, type CascadeType, type CascadeWish } from '../cascade/cascade-types';
import type { RouteInput } from '../route-input';
import type { RoutePlan } from '../route-plan';
import { CascadeStrategy } from './cascade.strategy';
import { HybridStrategy } from './hybrid.strategy';

const TEXT = 'Tell me about climate change';
const wish = (type: CascadeType, judge?: string): CascadeWish => ({ ...CASCADE_RULES[type], type, judge });
const plan = (overrides: Partial<RouteInput> = {}): RoutePlan =>
  new CascadeStrategy().plan(routeInput(TEXT, { engine: 'cascade', ...overrides }));
const models = ({ cascade }: RoutePlan): string[] => (cascade?.steps ?? []).map(({ card }) => card.model);

describe('CascadeStrategy', () => {
  it('asks cheap models first and ends with one of the best', () => {
    const made = plan();

    expect(models(made)[0]).toMatch(/^small/);
    expect(models(made).at(-1)).toMatch(/^premium/);
    expect(made.steps.slice(0, models(made).length).map(({ card }) => card.model)).toEqual(models(made));
    expect(made.strategy).toBe('cascade');
    expect(made.reason).toMatch(/^Cascade balanced: .*small/);
  });

  it('starts higher and judges only for the type that puts quality first', () => {
    const judged = plan({ cascade: wish('quality_focused', 'mistral/small-a') });

    expect(models(plan({ cascade: wish('cost_optimized') }))).toHaveLength(2);
    expect(models(plan({ cascade: wish('balanced') }))[0]).toMatch(/^small/);
    expect(models(judged)[0]).toBe('small-b');
    expect(judged.cascade?.judge?.card.model).toBe('small-a');
    expect(plan({ cascade: wish('balanced') }).cascade?.judge).toBeUndefined();
  });

  it('counts what the judge costs', () => {
    const made = plan({ cascade: wish('quality_focused', 'mistral/balanced-b') });

    expect(made.cascade).toBeUndefined();
    expect(made.reason).toContain('trying and checking costs');
  });

  it('is off where the cheap step costs more than a seventh of the strong one', () => {
    const near = tieredCandidates(TEXT).map((candidate) =>
      candidate.card.model.startsWith('premium') ? { ...candidate, expectedCost: 1_500_000n } : candidate,
    );
    const made = plan({ candidates: near });

    expect(made.cascade).toBeUndefined();
    expect(made.reason).toMatch(/No cascade, because trying and checking costs/);
    expect(made.steps.length).toBeGreaterThan(0);
  });

  it('is off where the cheap models are predicted to be too weak', () => {
    expect(
      plan({ candidates: tieredCandidates('Prove that this algorithm is optimal, step by step') }).cascade
        ?.steps[0]?.card.model ?? 'none',
    ).not.toMatch(/^small/);
  });

  it('leaves sick models out while others are well', () => {
    const sick = tieredCandidates(TEXT).map((candidate) =>
      candidate.card.model === 'small-a' ? { ...candidate, healthPercent: 40 } : candidate,
    );

    expect(models(plan({ candidates: sick }))[0]).toBe('small-b');
  });

  it('is one of the plans of hybrid routing when it is asked for', () => {
    const hybrid = new HybridStrategy();

    expect(hybrid.plan(routeInput(TEXT, { cascade: wish('balanced') })).cascade).toBeDefined();
    expect(hybrid.plan(routeInput(TEXT)).cascade).toBeUndefined();
  });
});

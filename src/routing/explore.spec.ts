import { routeInput } from '../../test/support/route-inputs';
import { explore } from './explore';
import { HybridStrategy } from './strategies/hybrid.strategy';

const TEXT = 'Tell me about climate change';
const plan = new HybridStrategy().plan(routeInput(TEXT));

describe('explore', () => {
  it('changes nothing by default', () => {
    expect(explore(plan, routeInput(TEXT))).toBe(plan);
  });

  it('puts every step first as often as it says it does', () => {
    const runs = 20_000;
    const first = new Map<string, { times: number; propensity: number }>();
    for (let seed = 0; seed < runs; seed++) {
      const { steps, propensity = 1 } = explore(plan, routeInput(TEXT, { explorationPermille: 200, seed }));
      const model = steps[0]?.card.model ?? '';
      first.set(model, { times: (first.get(model)?.times ?? 0) + 1, propensity });
    }

    expect(first.size).toBe(plan.steps.length);
    for (const { times, propensity } of first.values())
      expect(Math.abs(times / runs - propensity)).toBeLessThan(0.01);
    const total = [...first.values()].reduce((sum, { propensity }) => sum + propensity, 0);
    expect(total).toBeCloseTo(1, 5);
  });

  it('keeps every step as a stand-in', () => {
    const drawn = explore(plan, routeInput(TEXT, { explorationPermille: 200, seed: 7 }));

    expect(new Set(drawn.steps)).toEqual(new Set(plan.steps));
  });
});

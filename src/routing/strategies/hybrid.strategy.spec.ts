import { routeInput, tieredCandidates } from '../../../test/support/route-inputs';
import { TIERED_CARDS } from '../../../test/support/routing-samples';
import type { Candidate } from '../candidate';
import type { RouteInput } from '../route-input';
import { DEFAULT_PROFILE, readObjectiveShares } from '../routing-profile';
import { HybridStrategy } from './hybrid.strategy';

const strategy = new HybridStrategy();
const GENERAL = 'Tell me about climate change';

const chosen = (text: string, overrides: Partial<RouteInput> = {}): string =>
  strategy.plan(routeInput(text, overrides)).steps[0]?.card.model ?? 'none';

const changed = (text: string, model: string, change: Partial<Candidate>): Candidate[] =>
  tieredCandidates(text).map((candidate) =>
    candidate.card.model === model ? { ...candidate, ...change } : candidate,
  );

describe('HybridStrategy', () => {
  it.each([
    ['Write a Python function to sort a list', 'premium'],
    ['Analyze the time complexity of merge sort', 'premium'],
    ['What is 2+2?', 'small'],
    [GENERAL, 'balanced'],
  ])('sends %j to a %s model', (text, tier) => {
    expect(chosen(text)).toMatch(new RegExp(`^${tier}-`));
  });

  it('moves with the objective', () => {
    expect(chosen(GENERAL, { objective: 'quality_focused' })).toMatch(/^premium/);
    expect(chosen('Write a Python function to sort a list', { objective: 'cost_optimized' })).not.toMatch(
      /^premium/,
    );
  });

  it('takes the weights from the profile, as data', () => {
    const objectives = readObjectiveShares({ balanced: { quality: 0, price: 1, speed: 0 } });

    expect(
      chosen('Write a Python function to sort a list', { profile: { ...DEFAULT_PROFILE, objectives } }),
    ).toBe('small-a');
  });

  it('prefers a cheap model that is predicted to be as good as a dear one', () => {
    const text = 'Write a Python function to sort a list';

    expect(chosen(text, { candidates: changed(text, 'small-b', { quality: 0.93 }) })).toBe('small-b');
  });

  it('stays with the model whose prompt cache is warm, unless that model is ill', () => {
    const warm = { cacheSaving: 1_000_000n };

    expect(chosen(GENERAL)).toBe('balanced-a');
    expect(chosen(GENERAL, { candidates: changed(GENERAL, 'balanced-b', warm) })).toBe('balanced-b');
    expect(
      chosen(GENERAL, { candidates: changed(GENERAL, 'balanced-b', { ...warm, healthPercent: 30 }) }),
    ).toBe('balanced-a');
    expect(
      chosen(GENERAL, { candidates: changed(GENERAL, 'balanced-b', { ...warm, halfOpen: true }) }),
    ).not.toBe('balanced-b');
  });

  it('avoids slow models when speed is wanted', () => {
    const slow = changed('What is 2+2?', 'small-a', { latencyMs: 30_000 });

    expect(chosen('What is 2+2?', { objective: 'speed' })).toBe('small-a');
    expect(chosen('What is 2+2?', { objective: 'speed', candidates: slow })).not.toBe('small-a');
  });

  it('becomes thrifty when little of the budget is left', () => {
    const text = 'Write a Python function to sort a list';

    expect(chosen(text, { budgetLeft: 1_000_000_000_000n })).toMatch(/^premium/);
    expect(chosen(text, { budgetLeft: 20_000_000n })).not.toMatch(/^premium/);
  });

  it('lets the configured default model answer what shows no signal, and only that', () => {
    const fallback = TIERED_CARDS.findIndex(({ model }) => model === 'premium-b');

    expect(chosen(GENERAL, { fallback })).toBe('premium-b');
    expect(chosen('What is 2+2?', { fallback })).toMatch(/^small/);
  });

  it('takes the first stand-in from another provider', () => {
    const [first, second] = strategy.plan(routeInput(GENERAL)).steps;

    expect(first?.card.provider).not.toBe(second?.card.provider);
  });
});

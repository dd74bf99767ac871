import { routeInput, tieredCandidates } from '../../../test/support/route-inputs';
import { TIERED_CARDS, sampleCard } from '../../../test/support/routing-samples';
import type { Intent } from '../intent/intent-label';
import type { RouteInput } from '../route-input';
import { HeuristicStrategy } from './heuristic.strategy';

const strategy = new HeuristicStrategy();

const chosen = (text: string, overrides: Partial<RouteInput> = {}): string =>
  strategy.plan(routeInput(text, overrides)).steps[0]?.card.model ?? 'none';

describe('HeuristicStrategy', () => {
  it.each([
    ['Write a Python function to sort a list', 'premium', 'Code request'],
    ['Analyze the time complexity of merge sort', 'premium', 'Complex request'],
    ['What is 2+2?', 'small', 'Simple query'],
    ['Tell me about climate change', 'balanced', 'General query'],
    ['```\nlet x = 1\n```', 'premium', 'Code request'],
    ['Explain why the sky is blue', 'premium', 'Complex request'],
    ['What is the capital of France?', 'small', 'Simple query'],
    ['Hello, how are you?', 'small', 'Simple query'],
    ['Write a Python function to calculate fibonacci', 'premium', 'Code request'],
  ])('sends %j to a %s model', (text, tier, reason) => {
    const plan = strategy.plan(routeInput(text));

    expect(plan.steps[0]?.card.model).toMatch(new RegExp(`^${tier}-`));
    expect(plan.reason).toMatch(reason);
    expect(plan.strategy).toBe('heuristic');
  });

  it('moves with the objective: cheaper, better or faster models for the same prompt', () => {
    const text = 'Tell me about climate change';

    expect(chosen(text, { objective: 'cost_optimized' })).toBe('balanced-a');
    expect(chosen('Write a Python function to sort a list', { objective: 'cost_optimized' })).toMatch(
      /^balanced/,
    );
    expect(chosen(text, { objective: 'quality_focused' })).toMatch(/^premium/);
    expect(chosen(text, { objective: 'speed' })).toMatch(/^(balanced-b|small)/);
  });

  it('lets a sure intent decide the class, an unsure one only where the words say nothing', () => {
    const code: Intent = { label: 'code_gen', confidence: 0.9, method: 'rules', use: 'steers' };

    expect(chosen('Tell me about climate change', { intent: code })).toMatch(/^premium/);
    expect(chosen('Tell me about climate change', { intent: { ...code, use: 'hint' } })).toMatch(/^premium/);
    expect(chosen('What is 2+2?', { intent: { ...code, use: 'hint' } })).toMatch(/^small/);
    expect(chosen('Tell me about climate change', { intent: { ...code, use: 'ignored' } })).toMatch(
      /^balanced/,
    );
  });

  it('takes the first stand-in from another provider', () => {
    const [first, second] = strategy.plan(routeInput('What is 2+2?')).steps;

    expect(first?.card.provider).not.toBe(second?.card.provider);
  });

  it('avoids a provider that mostly fails, and one whose breaker is on probation', () => {
    const ill = tieredCandidates('What is 2+2?').map((candidate) =>
      candidate.card.model === 'small-a' ? { ...candidate, healthPercent: 30 } : candidate,
    );
    const halfOpen = tieredCandidates('What is 2+2?').map((candidate) =>
      candidate.card.model === 'small-a' ? { ...candidate, halfOpen: true } : candidate,
    );

    expect(chosen('What is 2+2?', { candidates: ill })).toBe('small-b');
    expect(chosen('What is 2+2?', { candidates: halfOpen })).toBe('small-b');
  });

  it('answers with the configured default model when the prompt gives no signal, and only then', () => {
    const fallback = TIERED_CARDS.findIndex(({ model }) => model === 'premium-b');

    expect(chosen('Tell me about climate change', { fallback })).toBe('premium-b');
    expect(chosen('What is 2+2?', { fallback })).toMatch(/^small/);
  });

  it('orders equal candidates by name, whatever order they are offered in', () => {
    const same = ['b', 'c', 'a'].map((model) => ({
      card: sampleCard('x', model),
      region: 'us',
      halfOpen: false,
      healthPercent: 100,
      latencyMs: undefined,
      expectedCost: 5n,
      quality: 0.5,
      cacheSaving: 0n,
    }));

    expect(chosen('hi', { candidates: same })).toBe('a');
    expect(chosen('hi', { candidates: same.toReversed() })).toBe('a');
  });
});

import { loadConfig } from '../../platform/config/load-config';
import { ProvidersConfig } from '../providers.config';
import { RetryBudget } from './retry-budget';

function budgetWith(percent: number): RetryBudget {
  const settings = { PROVIDER_RETRY_BUDGET_PERCENT: String(percent) };
  return new RetryBudget(loadConfig([ProvidersConfig], settings).get(ProvidersConfig));
}

/** Every request of an outage wants two repetitions. */
function callsOf(budget: RetryBudget, requests: number): number {
  let calls = 0;
  for (let i = 0; i < requests; i++) {
    budget.noteRequest('p');
    calls += 1 + (budget.take('p') ? 1 : 0) + (budget.take('p') ? 1 : 0);
  }
  return calls;
}

describe('RetryBudget', () => {
  it.each([0, 20, 40, 100])('of %i percent bounds the calls of a long outage', (percent) => {
    const calls = callsOf(budgetWith(percent), 1_000);

    expect(calls).toBeLessThanOrEqual(1_000 * (1 + percent / 100) + 10);
    expect(calls).toBeGreaterThanOrEqual(1_000 * (1 + percent / 100) - 1);
  });

  it('has ten repetitions at hand after a calm time, and one budget for each provider', () => {
    const budget = budgetWith(40);
    for (let i = 0; i < 1_000; i++) budget.noteRequest('p');

    expect(Array.from({ length: 20 }, () => budget.take('p')).filter(Boolean)).toHaveLength(10);
    expect(budget.take('q')).toBe(true);
  });
});

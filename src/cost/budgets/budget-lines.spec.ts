import { budget, caller, CostKit } from '../../../test/support/cost-kit';
import { budgetsOf, type CallerBudget } from './budget-lines';
import { OrganizationBudgets } from './organization-budgets';
import { RequestBudgets } from './request-budgets';
import type { Budget } from './budget';
import type { Caller } from '../../access/caller';

const USD = 1_000_000_000n;
const NOW = Date.UTC(2027, 0, 15, 8);
const { config } = new CostKit({ DEFAULT_DAILY_BUDGET: '10', DEFAULT_MONTHLY_BUDGET: '100' });

function linesFor(budgets: readonly Budget[], who: Caller = caller(), nowMs = NOW): readonly CallerBudget[] {
  return budgetsOf(who, new OrganizationBudgets(budgets), { config, nowMs });
}

const shown = (lines: readonly CallerBudget[]) =>
  Object.fromEntries(
    lines.map(({ counter, limitNanoUsd, mode }) => [counter, `${mode} ${limitNanoUsd / USD}`]),
  );

describe('budgetsOf', () => {
  it('has the configured daily and monthly limit of every user when nothing is set', () => {
    expect(shown(linesFor([]))).toEqual({
      'user/usr_1/daily/2027-01-15': 'enforce 10',
      'user/usr_1/monthly/2027-01-01': 'enforce 100',
    });
  });

  it('counts a request on every level it belongs to, in every window, and on nobody else’s', () => {
    const who = caller({ projectId: 'prj_1' });
    const lines = linesFor(
      [
        budget({ window: 'yearly' }),
        budget({ window: 'weekly', scope: { level: 'project', id: 'prj_1' } }),
        budget({ scope: { level: 'project', id: 'prj_2' } }),
        budget({ scope: { level: 'user', id: 'usr_2' } }),
        budget({ scope: { level: 'api_key', id: 'key_1' } }),
        budget({ scope: { level: 'api_key', id: 'key_2' } }),
      ],
      who,
    );

    expect(lines.map(({ counter }) => counter)).toEqual([
      'organization/org_1/yearly/2027-01-01',
      'project/prj_1/weekly/2027-01-11',
      'user/usr_1/daily/2027-01-15',
      'user/usr_1/monthly/2027-01-01',
      'api_key/key_1/daily/2027-01-15',
    ]);
  });

  it('replaces the configured limit of a user by one an administrator set, higher or lower, of the same window only', () => {
    const scope = { level: 'user', id: 'usr_1' } as const;

    expect(shown(linesFor([budget({ scope, limitNanoUsd: 50n * USD })]))).toEqual({
      'user/usr_1/daily/2027-01-15': 'enforce 50',
      'user/usr_1/monthly/2027-01-01': 'enforce 100',
    });
  });

  it('lets a user tighten but never widen the configured limit, nor one an administrator set', () => {
    const scope = { level: 'user', id: 'usr_1' } as const;
    const own = (limit: bigint) => budget({ scope, limitNanoUsd: limit * USD, setBy: 'self' });
    const set = budget({ scope, limitNanoUsd: 7n * USD });
    const daily = (budgets: readonly Budget[]) =>
      linesFor(budgets).find(({ window }) => window === 'daily')?.limitNanoUsd;

    expect(daily([own(50n)])).toBe(10n * USD);
    expect(daily([own(2n)])).toBe(2n * USD);
    expect(daily([own(50n), set])).toBe(7n * USD);
    expect(daily([set, own(2n)])).toBe(2n * USD);
  });

  it('keeps an enforced limit in force beside a warning on the same counter', () => {
    const scope = { level: 'user', id: 'usr_1' } as const;
    const warning = budget({ scope, limitNanoUsd: 1n * USD, mode: 'warn', setBy: 'self' });

    expect(shown(linesFor([warning]))['user/usr_1/daily/2027-01-15']).toBe('enforce 10');
  });

  it.each([
    ['the day on which clocks go forward', Date.UTC(2027, 2, 14, 12), '2027-03-15T04:00:00.000Z'],
    ['the day on which clocks go back', Date.UTC(2027, 10, 7, 12), '2027-11-08T05:00:00.000Z'],
  ])('ends at midnight in the zone of the organization on %s', (_, nowMs, end) => {
    const [line] = linesFor([budget()], caller({ timeZone: 'America/New_York' }), nowMs);

    expect(new Date(line?.windowEndsAtMs ?? 0).toISOString()).toBe(end);
  });
});

describe('RequestBudgets', () => {
  const small = { provider: 'demo', model: 'demo-small' };
  const budgets = new RequestBudgets(
    linesFor([
      budget({ provider: 'openai' }),
      budget({ model: 'Demo-Small' }),
      budget({ provider: 'demo', model: 'org/big:v1{x}' }),
    ]),
  );
  const filtered = (target: { provider: string; model: string }) =>
    budgets.for(target).flatMap(({ counter }) => (counter.split('/').length > 4 ? [counter] : []));

  it('count a call on the budgets of its provider and model only', () => {
    expect(filtered(small)).toEqual(['organization/org_1/daily/2027-01-15//demo-small']);
    expect(filtered({ provider: 'openai', model: 'gpt-x' })).toEqual([
      'organization/org_1/daily/2027-01-15/openai/',
    ]);
    expect(filtered({ provider: 'demo', model: 'other' })).toEqual([]);
  });

  it('name counters without the characters a store cannot have in them', () => {
    const [counter] = filtered({ provider: 'demo', model: 'ORG/big:v1{x}' });

    expect(counter).toBe('organization/org_1/daily/2027-01-15/demo/org%2Fbig%3Av1%7Bx%7D');
  });

  it('know whether two models share all budgets', () => {
    expect(budgets.sameFor(small, { provider: 'openai', model: 'gpt-x' })).toBe(false);
    expect(budgets.sameFor({ provider: 'a', model: 'b' }, { provider: 'c', model: 'd' })).toBe(true);
    expect(new RequestBudgets(linesFor([])).sameFor(small, { provider: 'x', model: 'y' })).toBe(true);
  });
});

import type { NanoUsd } from '../../common/money';
import type { CounterSeed } from '../../quota/quota-store';
import type { SpendingSubject } from '../ledger/spending';
import { countsOn, type BudgetScope } from './budget';
import { counterName, type CounterSubject } from './budget-counter';
import type { BudgetWindow, CalendarWindow } from './calendar-window';
import type { OrganizationBudgets } from './organization-budgets';

/** Windows of the configured defaults; keys are counted in them too, so that a limit given later finds its sum. */
const BUILT_IN_WINDOWS: readonly BudgetWindow[] = ['daily', 'monthly'];

/** Kinds of windows in which an organization's spending is counted. */
export function windowsInUse(budgets: OrganizationBudgets): readonly BudgetWindow[] {
  return [...new Set([...BUILT_IN_WINDOWS, ...budgets.counted.map(({ window }) => window)])];
}

/** True when a budget counts the calls to one provider or model only. */
export function countsByModel(budgets: OrganizationBudgets): boolean {
  return budgets.all.some(({ provider, model }) => provider !== null || model !== null);
}

/** Adds spending up to the counters that the holds of the same requests would have moved. */
export class CounterSums {
  private readonly seeds = new Map<string, CounterSeed>();

  constructor(
    private readonly organizationId: string,
    private readonly budgets: OrganizationBudgets,
    private readonly windows: ReadonlyMap<BudgetWindow, CalendarWindow>,
  ) {
    for (const budget of budgets.counted) this.addTo(budget, 0n, new Set());
  }

  /** `amountIn` says what of the subject's spending falls into a kind of window. */
  add(subject: SpendingSubject, amountIn: (window: BudgetWindow) => NanoUsd): void {
    const counted = new Set<string>();
    const { userId, apiKeyId } = subject;
    const scopes = this.scopesOf(subject);
    for (const window of BUILT_IN_WINDOWS) {
      for (const scope of [userScope(userId), ...(apiKeyId === null ? [] : [keyScope(apiKeyId)])])
        this.addTo({ scope, window, provider: null, model: null }, amountIn(window), counted);
    }
    for (const budget of scopes.flatMap((scope) => this.budgets.countedOn(scope))) {
      if (countsOn(budget, subject)) this.addTo(budget, amountIn(budget.window), counted);
    }
  }

  toSeeds(): readonly CounterSeed[] {
    return [...this.seeds.values()];
  }

  private scopesOf({ projectId, userId, apiKeyId }: SpendingSubject): readonly BudgetScope[] {
    return [
      { level: 'organization', id: this.organizationId },
      ...(projectId === null ? [] : [{ level: 'project', id: projectId } as const]),
      userScope(userId),
      ...(apiKeyId === null ? [] : [keyScope(apiKeyId)]),
    ];
  }

  /** Several budgets may share a counter: an amount goes to it once. */
  private addTo(subject: CounterSubject, amount: NanoUsd, counted: Set<string>): void {
    const dates = this.windows.get(subject.window);
    if (dates === undefined) return;
    const counter = counterName(subject, dates);
    if (counted.has(counter)) return;
    counted.add(counter);
    const spentNanoUsd = (this.seeds.get(counter)?.spentNanoUsd ?? 0n) + amount;
    this.seeds.set(counter, { counter, spentNanoUsd, windowEndsAtMs: dates.endsAtMs });
  }
}

function userScope(id: string): BudgetScope {
  return { level: 'user', id };
}

function keyScope(id: string): BudgetScope {
  return { level: 'api_key', id };
}

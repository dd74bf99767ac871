import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import { QuotaStore } from '../../quota/quota-store';
import { CounterLoader } from '../rebuild/counter-loader';
import type { Budget } from './budget';
import { counterName, currentWindow } from './budget-counter';
import type { CalendarWindow } from './calendar-window';
import type { CountedOrganization } from './ledger-counters';

/** A budget in its current window. */
export interface BudgetReport {
  readonly budget: Budget;
  readonly dates: CalendarWindow;
  readonly spentNanoUsd: NanoUsd;
  /** Reserved for running requests. */
  readonly heldNanoUsd: NanoUsd;
}

/** Says how much of budgets is used, by the counters that admission goes by. */
@Injectable()
export class BudgetReports {
  constructor(
    private readonly store: QuotaStore,
    private readonly loader: CounterLoader,
    private readonly clock: Clock,
  ) {}

  async of(organization: CountedOrganization, budgets: readonly Budget[]): Promise<readonly BudgetReport[]> {
    if (budgets.length === 0) return [];
    const { organizationId, timeZone } = organization;
    if (!(await this.store.isLoaded(organizationId))) await this.loader.load(organization);
    const now = this.clock.now();
    const dated = budgets.map((budget) => ({ budget, dates: currentWindow(budget.window, now, timeZone) }));
    const counters = dated.map(({ budget, dates }) => counterName(budget, dates));
    const states = await this.store.readCounters(organizationId, counters);
    return dated.map((item, i) => ({
      ...item,
      spentNanoUsd: states[i]?.spentNanoUsd ?? 0n,
      heldNanoUsd: (states[i]?.heldNanoUsd ?? 0n) - (states[i]?.leasedNanoUsd ?? 0n),
    }));
  }
}

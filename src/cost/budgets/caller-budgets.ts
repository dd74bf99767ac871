import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { CallerRates } from '../../quota/caller-rates';
import type { RateLine } from '../../quota/quota-store';
import { CostConfig } from '../cost.config';
import { BudgetBook } from './budget-book';
import { budgetsOf } from './budget-lines';
import type { CountedOrganization } from './ledger-counters';
import { RequestBudgets } from './request-budgets';

const MAX_ACTIVE = 10_000;

/** All limits on money and tokens that a request of a caller falls under. */
export interface CallerTerms {
  readonly budgets: RequestBudgets;
  readonly tokenLimits: readonly RateLine[];
}

/** Knows what a caller may spend at this instant: configured defaults, limits of the key, budgets set through the API. */
@Injectable()
export class CallerBudgets {
  private readonly active = new Map<string, string>();

  constructor(
    private readonly book: BudgetBook,
    private readonly config: CostConfig,
    private readonly rates: CallerRates,
  ) {}

  async termsFor(caller: Caller, nowMs: number): Promise<CallerTerms> {
    if (this.active.size < MAX_ACTIVE) this.active.set(caller.organizationId, caller.timeZone);
    const known = this.book.budgetsOf(caller.organizationId);
    const budgets = known instanceof Promise ? await known : known;
    const { config } = this;
    return {
      budgets: new RequestBudgets(budgetsOf(caller, budgets, { config, nowMs })),
      tokenLimits: this.rates.linesOf(caller, 'tokens', config.tokensPerMinute),
    };
  }

  /** Organizations that have asked since the last call. */
  takeActive(): readonly CountedOrganization[] {
    const taken = [...this.active].map(([organizationId, timeZone]) => ({ organizationId, timeZone }));
    this.active.clear();
    return taken;
  }
}

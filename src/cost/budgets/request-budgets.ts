import { countsOn, type BudgetTarget } from './budget';
import type { CallerBudget } from './budget-lines';

/** The budgets of one request, by the model a call of it goes to; fixed when the request is admitted. */
export class RequestBudgets {
  private readonly general: readonly CallerBudget[] | undefined;

  constructor(private readonly all: readonly CallerBudget[]) {
    const hasFilters = all.some(({ provider, model }) => provider !== null || model !== null);
    this.general = hasFilters ? undefined : all;
  }

  /** What a call to this model counts on. */
  for(target: BudgetTarget): readonly CallerBudget[] {
    return this.general ?? this.all.filter((line) => countsOn(line, target));
  }

  /** True when calls to both models count on the same budgets. */
  sameFor(one: BudgetTarget, other: BudgetTarget): boolean {
    return (
      this.general !== undefined || this.all.every((line) => countsOn(line, one) === countsOn(line, other))
    );
  }
}

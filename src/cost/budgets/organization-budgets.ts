import type { Budget, BudgetScope } from './budget';

/** All budgets of an organization, found by what they are set on. */
export class OrganizationBudgets {
  static readonly NONE = new OrganizationBudgets([]);
  private readonly byScope: ReadonlyMap<string, readonly Budget[]>;

  constructor(readonly all: readonly Budget[]) {
    this.byScope = Map.groupBy(all, ({ scope }) => keyOf(scope));
  }

  on(scope: BudgetScope): readonly Budget[] {
    return this.byScope.size === 0 ? [] : (this.byScope.get(keyOf(scope)) ?? []);
  }
}

function keyOf({ level, id }: BudgetScope): string {
  return `${level}/${id}`;
}

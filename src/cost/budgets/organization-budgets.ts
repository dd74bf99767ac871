import type { Budget, BudgetScope } from './budget';

/** All budgets of an organization, found by what they are set on. */
export class OrganizationBudgets {
  static readonly NONE = new OrganizationBudgets([]);
  /** Those that were set, and limits of keys: whatever has a counter that a rebuild must fill. */
  readonly counted: readonly Budget[];
  private readonly byScope: ReadonlyMap<string, readonly Budget[]>;
  private readonly countedByScope: ReadonlyMap<string, readonly Budget[]>;

  /** Limits of keys come with the caller and are newer there, so admission does not look for them here. */
  constructor(
    readonly all: readonly Budget[],
    ofKeys: readonly Budget[] = [],
  ) {
    this.counted = [...all, ...ofKeys];
    this.byScope = Map.groupBy(all, ({ scope }) => keyOf(scope));
    this.countedByScope = Map.groupBy(this.counted, ({ scope }) => keyOf(scope));
  }

  /** Those that were set on it. */
  on(scope: BudgetScope): readonly Budget[] {
    return this.byScope.size === 0 ? [] : (this.byScope.get(keyOf(scope)) ?? []);
  }

  countedOn(scope: BudgetScope): readonly Budget[] {
    return this.countedByScope.get(keyOf(scope)) ?? [];
  }
}

function keyOf({ level, id }: BudgetScope): string {
  return `${level}/${id}`;
}

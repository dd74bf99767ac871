import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/clock';
import { CostConfig } from '../cost.config';
import { DEFAULT_ALERT_THRESHOLDS, type Budget, type BudgetScope } from './budget';
import { defaultLimits } from './budget-lines';
import { BudgetRepository } from './budget.repository';
import { calendarWindow, type BudgetWindow } from './calendar-window';
import { concerns, seesAll, type BudgetActor } from './budget-actor';
import { KeyBudgetsQuery } from './key-budgets.query';

/** Of a large organization the defaults of so many users are listed, those who spent most this month. */
const MAX_USERS = 200;

/** Narrows a list of budgets. */
export interface BudgetListFilter {
  readonly window?: BudgetWindow;
  readonly level?: BudgetScope['level'];
  readonly scopeId?: string;
}

const SPENDING_MEMBERS = `
  SELECT key.user_id FROM rollup_key AS key
  JOIN usage_rollup_day AS fact ON fact.key_id = key.id AND fact.bucket >= $2
  JOIN membership AS member ON member.organization_id = key.organization_id AND member.user_id = key.user_id
  WHERE key.organization_id = $1 AND key.detailed
  GROUP BY key.user_id ORDER BY sum(fact.cost_nano_usd) DESC, key.user_id LIMIT ${MAX_USERS}`;

const IS_MEMBER = 'SELECT user_id FROM membership WHERE organization_id = $1 AND user_id = $2';

/**
 * All budgets that are in force, wherever they come from: set through the API, made with a key, or the configured default of
 * every user. Callers with `budgets:write` or `analytics:read` see those of the organization, with the defaults of
 * users who have spent something this month; others those that bound them.
 */
@Injectable()
export class BudgetListing {
  constructor(
    private readonly repository: BudgetRepository,
    private readonly keys: KeyBudgetsQuery,
    private readonly config: CostConfig,
    private readonly clock: Clock,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Those that were set come first. */
  async list(actor: BudgetActor, filter: BudgetListFilter = {}): Promise<readonly Budget[]> {
    const { caller } = actor;
    const [set, ofKeys, users] = await Promise.all([
      this.repository.list(caller.organizationId),
      this.keys.list(caller.organizationId),
      this.usersFor(actor, filter),
    ]);
    const defaults = users.flatMap((userId) => this.defaultsOf(caller.organizationId, userId, set));
    return [...set, ...ofKeys, ...defaults].filter(
      (budget) => (seesAll(caller) || concerns(budget.scope, actor)) && matches(budget, filter),
    );
  }

  private async usersFor({ caller }: BudgetActor, filter: BudgetListFilter): Promise<readonly string[]> {
    const { organizationId, userId, timeZone } = caller;
    if (filter.level !== undefined && filter.level !== 'user') return [];
    if (!seesAll(caller)) return [userId];
    const month = calendarWindow('monthly', this.clock.now(), timeZone);
    const rows = await this.dataSource.query<{ user_id: string }[]>(
      filter.scopeId === undefined ? SPENDING_MEMBERS : IS_MEMBER,
      [organizationId, filter.scopeId ?? new Date(month.startsAtMs)],
    );
    return [...new Set([userId, ...rows.map((row) => row.user_id)])];
  }

  private defaultsOf(organizationId: string, userId: string, set: readonly Budget[]): readonly Budget[] {
    const ofUser = set.filter(({ scope }) => scope.level === 'user' && scope.id === userId);
    return defaultLimits(userId, ofUser, this.config).map((limit) => ({
      ...limit,
      id: `default/${userId}/${limit.window}`,
      organizationId,
      alertThresholds: DEFAULT_ALERT_THRESHOLDS,
      setBy: 'default',
      createdAt: null,
      updatedAt: null,
    }));
  }
}

function matches({ window, scope }: Budget, filter: BudgetListFilter): boolean {
  return (
    (filter.window === undefined || filter.window === window) &&
    (filter.level === undefined || filter.level === scope.level) &&
    (filter.scopeId === undefined || filter.scopeId === scope.id)
  );
}

import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import type { Caller } from '../../access/caller';
import { AppError } from '../../common/app-error';
import type { JsonObject } from '../../common/json';
import { displayUsd } from '../../common/money';
import { CostConfig } from '../cost.config';
import { COST_ERRORS } from '../cost.errors';
import type { Budget, BudgetFilter, BudgetScope, SetBudget } from './budget';
import { concerns, isAdministrator, isOwn, type BudgetActor } from './budget-actor';
import { BudgetBook } from './budget-book';
import { capAbove } from './budget-cap';
import { BudgetOpening } from './budget-opening';
import { BudgetRepository, type BudgetIdentity, type BudgetTerms } from './budget.repository';
import type { BudgetWindow } from './calendar-window';

/** A budget as somebody wants it; its scope exists and the caller may see it. */
export interface BudgetWish extends BudgetFilter, BudgetTerms {
  readonly scope: BudgetScope;
  readonly window: BudgetWindow;
}

/** Fields to change; the others stay. */
export type BudgetChange = Partial<Omit<BudgetWish, 'scope'>>;

/** Ids of budgets that have no row of their own. */
const DERIVED = /^(?:default|key)\//;

/**
 * Sets budgets. With `budgets:write` anywhere in the organization; everybody else on themselves and their
 * own keys, below what applies to them already. A change counts for the next request on this replica
 * when it is answered, and on the others within a second.
 */
@Injectable()
export class BudgetManager {
  constructor(
    private readonly repository: BudgetRepository,
    private readonly book: BudgetBook,
    private readonly opening: BudgetOpening,
    private readonly config: CostConfig,
    private readonly audit: AuditLog,
  ) {}

  /** Makes the budget, or changes the one that is about the same. */
  async set(actor: BudgetActor, wish: BudgetWish): Promise<Budget> {
    const { caller } = actor;
    const identity = this.identityOf(actor, wish);
    const before = await this.repository.findSame(identity);
    await this.requireBelowCap(caller, identity, wish);
    const after = await this.repository.put(identity, wish);
    await this.changed(caller, { before, after });
    return after;
  }

  async change(actor: BudgetActor, id: string, change: BudgetChange): Promise<Budget> {
    const { caller } = actor;
    const before = await this.changeable(actor, id);
    const wanted = { ...before, ...change };
    await this.requireBelowCap(caller, wanted, wanted);
    const after = await this.repository.replace(wanted, wanted);
    if (after === undefined) throw noSuchBudget();
    if (after === 'taken') {
      throw new AppError(COST_ERRORS.sameBudget, {
        public: 'There is already a budget for this scope, window, provider and model.',
      });
    }
    await this.changed(caller, { before, after });
    return after;
  }

  async remove(actor: BudgetActor, id: string): Promise<void> {
    const { caller } = actor;
    const before = await this.changeable(actor, id);
    if (!(await this.repository.delete(caller.organizationId, id))) throw noSuchBudget();
    await this.changed(caller, { before, after: undefined });
  }

  private identityOf({ caller, ownKeyIds }: BudgetActor, wish: BudgetWish): BudgetIdentity {
    const { organizationId } = caller;
    const { scope, window, provider, model } = wish;
    if (isAdministrator(caller))
      return { organizationId, scope, window, provider, model, setBy: 'administrator' };
    if (!isOwn(scope, { caller, ownKeyIds })) throw notYours();
    return { organizationId, scope, window, provider, model, setBy: 'self' };
  }

  private async changeable(actor: BudgetActor, id: string): Promise<SetBudget> {
    const { caller } = actor;
    if (DERIVED.test(id)) throw setElsewhere(id);
    const budget = await this.repository.find(caller.organizationId, id);
    if (budget === undefined) throw noSuchBudget();
    if (isAdministrator(caller)) return budget;
    if (!concerns(budget.scope, actor)) throw noSuchBudget();
    if (budget.setBy !== 'self' || !isOwn(budget.scope, actor)) throw notYours();
    return budget;
  }

  private async requireBelowCap(caller: Caller, identity: BudgetIdentity, terms: BudgetTerms): Promise<void> {
    if (identity.setBy === 'administrator') return;
    const budgets = await this.book.budgetsOf(caller.organizationId);
    const cap = capAbove(identity, caller, { budgets, config: this.config });
    if (cap === undefined || terms.limitNanoUsd <= cap) return;
    throw new AppError(COST_ERRORS.aboveCap, {
      public: `The ${identity.window} budget that applies to you is $${displayUsd(cap)}; you can only set a lower one.`,
      param: 'budget_limit',
    });
  }

  private async changed(
    caller: Caller,
    { before, after }: { before: Budget | undefined; after: Budget | undefined },
  ): Promise<void> {
    const budget = after ?? before;
    await this.book.announce(caller.organizationId);
    if (after) await this.opening.open(caller, after);
    await this.audit.record({
      organizationId: caller.organizationId,
      action:
        after === undefined ? 'budget.delete' : before === undefined ? 'budget.create' : 'budget.update',
      outcome: 'success',
      actor: {
        kind: caller.apiKeyId === undefined ? 'user' : 'api_key',
        userId: caller.userId,
        ...(caller.apiKeyId !== undefined && { apiKeyId: caller.apiKeyId }),
      },
      ...(budget && { target: { kind: 'budget', id: budget.id } }),
      ...(before && { before: toJson(before) }),
      ...(after && { after: toJson(after) }),
    });
  }
}

function setElsewhere(id: string): AppError {
  return new AppError(COST_ERRORS.setElsewhere, {
    public: id.startsWith('key/')
      ? 'This budget belongs to the API key: change it with PATCH /v1/api-keys/{id}.'
      : 'This is the configured default. POST a budget for the same user and window to replace it.',
  });
}

function noSuchBudget(): AppError {
  return new AppError(COST_ERRORS.noSuchBudget, { public: 'There is no such budget.' });
}

function notYours(): AppError {
  return new AppError(COST_ERRORS.notYours, {
    public: 'This needs the permission budgets:write.',
    details: { missing: ['budgets:write'] },
  });
}

function toJson({
  scope,
  window,
  limitNanoUsd,
  mode,
  provider,
  model,
  alertThresholds,
  setBy,
}: Budget): JsonObject {
  return {
    level: scope.level,
    scope_id: scope.id,
    budget_type: window,
    limit_nano_usd: limitNanoUsd.toString(),
    mode,
    provider,
    model,
    alert_thresholds: [...alertThresholds],
    set_by: setBy,
  };
}

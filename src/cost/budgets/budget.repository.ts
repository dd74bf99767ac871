import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, type Repository } from 'typeorm';
import { newId } from '../../common/ids';
import type { Budget, BudgetFilter, BudgetScope, SetBudget } from './budget';
import { BudgetEntity } from './budget.entity';

/** What makes a budget the same one when it is set again. */
export type BudgetIdentity = Pick<SetBudget, 'organizationId' | 'scope' | 'window' | 'setBy'> & BudgetFilter;

/** What setting a budget again changes. */
export type BudgetTerms = Pick<Budget, 'limitNanoUsd' | 'mode' | 'alertThresholds'>;

const UNIQUE_VIOLATION = '23505';

/** Keeps budgets; every query is within a tenant. */
@Injectable()
export class BudgetRepository {
  constructor(@InjectRepository(BudgetEntity) private readonly budgets: Repository<BudgetEntity>) {}

  async list(organizationId: string): Promise<readonly SetBudget[]> {
    const rows = await this.budgets.find({ where: { organizationId }, order: { id: 'ASC' } });
    return rows.map(toBudget);
  }

  async find(organizationId: string, id: string): Promise<SetBudget | undefined> {
    const row = await this.budgets.findOneBy({ organizationId, id });
    return row === null ? undefined : toBudget(row);
  }

  async findSame(identity: BudgetIdentity): Promise<SetBudget | undefined> {
    const row = await this.budgets.findOneBy(toColumns(identity));
    return row === null ? undefined : toBudget(row);
  }

  /** Makes the budget, or gives the one with the same identity these terms; two callers at once make one. */
  async put(identity: BudgetIdentity, terms: BudgetTerms): Promise<SetBudget> {
    const key = toColumns(identity);
    const values = { ...key, ...termColumns(terms), updatedAt: () => 'now()' };
    await this.budgets
      .createQueryBuilder()
      .insert()
      .values({ id: newId('bdg'), ...values })
      .orUpdate(
        ['limit_nano_usd', 'mode', 'alert_thresholds', 'updated_at'],
        ['organization_id', 'level', 'scope_id', 'budget_window', 'provider', 'model', 'set_by'],
      )
      .execute();
    return toBudget(await this.budgets.findOneByOrFail(key));
  }

  /** Replaces what a budget says; undefined when there is none, `taken` when another one is about the same. */
  async replace(
    budget: Pick<Budget, 'id'> & BudgetIdentity,
    terms: BudgetTerms,
  ): Promise<SetBudget | 'taken' | undefined> {
    const { organizationId, id } = budget;
    try {
      const columns = { ...toColumns(budget), ...termColumns(terms) };
      const { affected } = await this.budgets.update({ organizationId, id }, columns);
      if (affected === 0) return undefined;
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
    return this.find(organizationId, id);
  }

  /** False when there was none. */
  async delete(organizationId: string, id: string): Promise<boolean> {
    return (await this.budgets.delete({ organizationId, id })).affected === 1;
  }
}

function toColumns({ organizationId, scope, window, provider, model, setBy }: BudgetIdentity) {
  return {
    organizationId,
    level: scope.level,
    scopeId: scope.id,
    window,
    provider: provider ?? '',
    model: model ?? '',
    setBy,
  };
}

function termColumns({ limitNanoUsd, mode, alertThresholds }: BudgetTerms) {
  return { limitNanoUsd: limitNanoUsd.toString(), mode, alertThresholds: [...alertThresholds] };
}

function toBudget(row: BudgetEntity): SetBudget {
  const scope: BudgetScope = { level: row.level, id: row.scopeId };
  return {
    id: row.id,
    organizationId: row.organizationId,
    scope,
    window: row.window,
    provider: row.provider === '' ? null : row.provider,
    model: row.model === '' ? null : row.model,
    limitNanoUsd: BigInt(row.limitNanoUsd),
    mode: row.mode,
    alertThresholds: row.alertThresholds,
    setBy: row.setBy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function isUniqueViolation(error: unknown): boolean {
  const code: unknown =
    error instanceof QueryFailedError ? Reflect.get(error.driverError, 'code') : undefined;
  return code === UNIQUE_VIOLATION;
}

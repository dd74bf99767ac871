import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../access/access-changes';
import { changeEvent, type Acting } from '../access/acting';
import { AuditLog } from '../access/audit-log';
import { AppError } from '../common/app-error';
import { isForeignKeyViolation } from '../platform/database/constraint-violation';
import type { StoredOrganizationLimits } from './organization-limits';
import { notFound } from './organization-scope';
import type { PlanEntity } from './plan.entity';
import { PlanRepository } from './plan.repository';
import { TENANCY_ERRORS } from './tenancy.errors';

const DEFAULT_PLAN = 'standard';
const PLAN_NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Plans: made and changed by system administrators, read by whoever manages an organization. */
@Injectable()
export class PlanService {
  constructor(
    private readonly plans: PlanRepository,
    private readonly changes: AccessChanges,
    private readonly audit: AuditLog,
  ) {}

  list(): Promise<readonly PlanEntity[]> {
    return this.plans.list();
  }

  /** Makes the plan or changes its limits, which then hold for every organization on it. */
  async save(acting: Acting, name: string, limits: StoredOrganizationLimits): Promise<PlanEntity> {
    if (!PLAN_NAME.test(name)) throw notFound('plan');
    const before = await this.plans.find(name);
    const plan = await this.plans.save(name, limits);
    for (const organizationId of await this.plans.organizationsOn(name))
      await this.changes.announce({ organizationId });
    await this.record(acting, name, before?.limits, limits);
    return plan;
  }

  async remove(acting: Acting, name: string): Promise<void> {
    const plan = PLAN_NAME.test(name) ? await this.plans.find(name) : null;
    if (plan === null) throw notFound('plan');
    if (name === DEFAULT_PLAN) throw inUse('New organizations get this plan.');
    try {
      await this.plans.remove(name);
    } catch (error) {
      if (isForeignKeyViolation(error)) throw inUse('Organizations follow this plan.');
      throw error;
    }
    await this.record(acting, name, plan.limits, undefined);
  }

  /** Plans belong to the installation; the change stands in the trail of the administrator's organization. */
  private record(
    acting: Acting,
    name: string,
    before: StoredOrganizationLimits | undefined,
    after: StoredOrganizationLimits | undefined,
  ): Promise<void> {
    const action = after === undefined ? 'plan.delete' : before === undefined ? 'plan.create' : 'plan.update';
    const { organizationId } = acting.caller;
    return this.audit.record(
      changeEvent(acting, {
        organizationId,
        action,
        target: { kind: 'plan', id: name },
        ...(before && { before: { limits: before } }),
        ...(after && { after: { limits: after } }),
      }),
    );
  }
}

function inUse(text: string): AppError {
  return new AppError(TENANCY_ERRORS.inUse, { public: text });
}

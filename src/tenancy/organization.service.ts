import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../access/access-changes';
import { changeEvent, type Acting } from '../access/acting';
import { AuditLog } from '../access/audit-log';
import type { Caller } from '../access/caller';
import { missingPermission } from '../access/missing-permission';
import { AppError } from '../common/app-error';
import { newId } from '../common/ids';
import type { JsonObject } from '../common/json';
import { toPage, type Page } from '../common/page';
import { isUniqueViolation } from '../platform/database/constraint-violation';
import { OrganizationEntity } from './organization.entity';
import { mergeLimits, type StoredOrganizationLimits } from './organization-limits';
import { notFound, requireOrganizationScope } from './organization-scope';
import { OrganizationRepository, type OrganizationChange } from './organization.repository';
import { PlanRepository } from './plan.repository';
import { slugOf } from './slug';
import { TENANCY_ERRORS } from './tenancy.errors';

export interface NewOrganization {
  readonly name: string;
  /** Made from the name when left out. */
  readonly slug: string | undefined;
  readonly timeZone: string;
  readonly plan: string;
  readonly limits: StoredOrganizationLimits;
}

/** An organization with the limits that hold for it. */
export interface OrganizationView {
  readonly organization: OrganizationEntity;
  readonly effectiveLimits: StoredOrganizationLimits;
}

/** What only the operator of the installation decides about a tenant. */
const OPERATORS_FIELDS = ['status', 'plan', 'limits'] as const;

/** Tenants as the management routes see them: system administrators all, everybody else their own. */
@Injectable()
export class OrganizationService {
  constructor(
    private readonly organizations: OrganizationRepository,
    private readonly plans: PlanRepository,
    private readonly changes: AccessChanges,
    private readonly audit: AuditLog,
  ) {}

  /** `populate` makes what the organization needs; when it fails, there is no organization either. */
  async create(
    acting: Acting,
    wish: NewOrganization,
    populate: (organization: OrganizationEntity) => Promise<void>,
  ): Promise<OrganizationView> {
    await this.requirePlan(wish.plan);
    const organization = await this.insert(wish);
    try {
      await populate(organization);
    } catch (error) {
      await this.organizations.remove(organization.id);
      throw error;
    }
    await this.audit.record(
      changeEvent(acting, {
        organizationId: organization.id,
        action: 'organization.create',
        target: { kind: 'organization', id: organization.id },
        after: auditedState(organization),
      }),
    );
    return this.view(organization);
  }

  async list(
    caller: Caller,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<OrganizationView>> {
    const rows = await this.organizations.list({
      onlyId: caller.permissions.has('system:admin') ? undefined : caller.organizationId,
      beforeId: query.cursor,
      limit: query.limit + 1,
    });
    const page = toPage(rows, query.limit, ({ id }) => id);
    const plans = new Map((await this.plans.list()).map(({ name, limits }) => [name, limits]));
    return {
      ...page,
      items: page.items.map((organization) => ({
        organization,
        effectiveLimits: mergeLimits(plans.get(organization.plan), organization.limits),
      })),
    };
  }

  async get(caller: Caller, id: string): Promise<OrganizationView> {
    return this.view(await this.require(caller, id));
  }

  /** Suspension takes effect here at once, on other replicas within a second. */
  async update(acting: Acting, id: string, change: OrganizationChange): Promise<OrganizationView> {
    const { caller } = acting;
    const before = await this.require(caller, id);
    const operators = OPERATORS_FIELDS.find((field) => change[field] !== undefined);
    if (operators !== undefined && !caller.permissions.has('system:admin'))
      throw missingPermission(['system:admin'], operators);
    if (change.status === 'suspended' && id === caller.organizationId) {
      throw new AppError(TENANCY_ERRORS.ownOrganization, {
        public: 'Nobody can suspend the organization they belong to.',
        param: 'status',
      });
    }
    if (change.plan !== undefined) await this.requirePlan(change.plan);
    const after = Object.keys(change).length > 0 ? await this.organizations.update(id, change) : before;
    await this.changes.announce({ organizationId: id });
    await this.audit.record(
      changeEvent(acting, {
        organizationId: id,
        action: 'organization.update',
        target: { kind: 'organization', id },
        before: auditedState(before),
        after: auditedState(after),
      }),
    );
    return this.view(after);
  }

  private async insert(wish: NewOrganization): Promise<OrganizationEntity> {
    const id = newId('org');
    const row = { ...wish, id };
    const slug = wish.slug ?? slugOf(wish.name);
    try {
      return await this.organizations.insert({ ...row, slug });
    } catch (error) {
      if (!isUniqueViolation(error, 'organization_slug_unique')) throw error;
      if (wish.slug !== undefined) {
        throw new AppError(TENANCY_ERRORS.exists, {
          public: 'Another organization has this slug.',
          param: 'slug',
        });
      }
      return this.organizations.insert({ ...row, slug: `${slug}-${id.slice(-6)}` });
    }
  }

  private async require(caller: Caller, id: string): Promise<OrganizationEntity> {
    requireOrganizationScope(caller, id);
    const organization = await this.organizations.findById(id);
    if (organization === null) throw notFound('organization');
    return organization;
  }

  private async requirePlan(name: string): Promise<void> {
    if ((await this.plans.find(name)) === null) {
      throw new AppError(TENANCY_ERRORS.validation, { public: 'There is no such plan.', param: 'plan' });
    }
  }

  private async view(organization: OrganizationEntity): Promise<OrganizationView> {
    const plan = await this.plans.find(organization.plan);
    return { organization, effectiveLimits: mergeLimits(plan?.limits, organization.limits) };
  }
}

function auditedState({ name, slug, timeZone, plan, status, limits }: OrganizationEntity): JsonObject {
  return { name, slug, time_zone: timeZone, plan, status, limits };
}

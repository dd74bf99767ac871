import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../../access/access-changes';
import { changeEvent, type Acting, type ManagementChange } from '../../access/acting';
import { AuditLog } from '../../access/audit-log';
import type { Caller } from '../../access/caller';
import { requireAllHeld } from '../../access/missing-permission';
import type { StoredRateLimits } from '../../access/rate-limits';
import { AppError } from '../../common/app-error';
import type { JsonObject } from '../../common/json';
import { toPage, type Page } from '../../common/page';
import { permissionsOfMembership } from '../../tenancy/member';
import {
  MembershipRepository,
  type MembershipChange,
  type MembershipRecord,
} from '../../tenancy/membership.repository';
import { isId, notFound, requireOrganizationScope } from '../../tenancy/organization-scope';
import { RoleService } from '../../tenancy/role.service';
import { TENANCY_ERRORS } from '../../tenancy/tenancy.errors';
import { ApiKeyRepository } from '../api-key.repository';
import { MemberAdder, type MemberWish } from './member-adder';

export interface MemberUpdate {
  readonly role?: string;
  readonly status?: 'active' | 'suspended';
  readonly limits?: StoredRateLimits;
}

/** Owners of static keys come with the configuration; it alone decides about them. */
const STATIC_USER = /^usr_static_/;

/**
 * Members of an organization. Nobody gives a role that holds more than they do, or changes a member who does, and the last
 * owner stays.
 */
@Injectable()
export class MemberService {
  constructor(
    private readonly memberships: MembershipRepository,
    private readonly adder: MemberAdder,
    private readonly roles: RoleService,
    private readonly keys: ApiKeyRepository,
    private readonly changes: AccessChanges,
    private readonly audit: AuditLog,
  ) {}

  async add(acting: Acting, organizationId: string, wish: MemberWish): Promise<MembershipRecord> {
    requireOrganizationScope(acting.caller, organizationId);
    const member = await this.adder.add(acting.caller, organizationId, wish);
    await this.record(acting, member, { action: 'member.add', after: auditedState(member) });
    return member;
  }

  async list(
    caller: Caller,
    organizationId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<MembershipRecord>> {
    requireOrganizationScope(caller, organizationId);
    const page = { beforeId: query.cursor, limit: query.limit + 1 };
    return toPage(await this.memberships.list(organizationId, page), query.limit, ({ userId }) => userId);
  }

  async get(caller: Caller, organizationId: string, userId: string): Promise<MembershipRecord> {
    requireOrganizationScope(caller, organizationId);
    const member = isId(userId) ? await this.memberships.find(organizationId, userId) : undefined;
    if (member === undefined) throw notFound('member');
    return member;
  }

  /** Takes effect here at once, on other replicas within a second. */
  async update(
    acting: Acting,
    organizationId: string,
    userId: string,
    wish: MemberUpdate,
  ): Promise<MembershipRecord> {
    const before = await this.requireChangeable(acting.caller, organizationId, userId);
    const change = await this.toChange(acting.caller, organizationId, wish);
    if (Object.keys(change).length > 0 && !(await this.memberships.update(organizationId, userId, change)))
      throw lastOwner();
    await this.changes.announce({ userId });
    const after = await this.get(acting.caller, organizationId, userId);
    await this.record(acting, after, {
      action: 'member.update',
      before: auditedState(before),
      after: auditedState(after),
    });
    return after;
  }

  /** Ends the membership and every key of the user in this organization. */
  async remove(acting: Acting, organizationId: string, userId: string): Promise<void> {
    const member = await this.requireChangeable(acting.caller, organizationId, userId);
    if (!(await this.memberships.remove(organizationId, userId))) throw lastOwner();
    await this.keys.revokeAllOf(organizationId, userId);
    await this.changes.announce({ userId });
    await this.record(acting, member, { action: 'member.remove', before: auditedState(member) });
  }

  private async requireChangeable(
    caller: Caller,
    organizationId: string,
    userId: string,
  ): Promise<MembershipRecord> {
    const member = await this.get(caller, organizationId, userId);
    if (STATIC_USER.test(userId)) {
      throw new AppError(TENANCY_ERRORS.configured, {
        public: 'This user comes with a key of ALLOWED_API_KEYS and is changed there.',
      });
    }
    requireAllHeld(caller.permissions, permissionsOfMembership(member.role, member.permissions));
    return member;
  }

  private async toChange(
    caller: Caller,
    organizationId: string,
    wish: MemberUpdate,
  ): Promise<MembershipChange> {
    const { status, limits } = wish;
    const rest = { ...(status !== undefined && { status }), ...(limits !== undefined && { limits }) };
    if (wish.role === undefined) return rest;
    const { role, customPermissions, permissions } = await this.roles.resolve(organizationId, wish.role);
    requireAllHeld(caller.permissions, permissions, 'role');
    return { ...rest, role, permissions: customPermissions };
  }

  private record(
    acting: Acting,
    { organizationId, userId }: MembershipRecord,
    change: Pick<ManagementChange, 'action' | 'before' | 'after'>,
  ): Promise<void> {
    return this.audit.record(
      changeEvent(acting, { ...change, organizationId, target: { kind: 'user', id: userId } }),
    );
  }
}

/** Without e-mail and name: the trail keeps ids only. */
function auditedState({ role, permissions, status, limits }: MembershipRecord): JsonObject {
  return { role, ...(permissions !== null && { permissions }), status, limits };
}

function lastOwner(): AppError {
  return new AppError(TENANCY_ERRORS.lastOwner, {
    public: 'An organization keeps at least one active owner or administrator.',
  });
}

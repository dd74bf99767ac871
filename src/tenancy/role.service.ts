import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../access/access-changes';
import { changeEvent, type Acting, type ManagementChange } from '../access/acting';
import { AuditLog } from '../access/audit-log';
import type { Caller } from '../access/caller';
import { requireAllHeld } from '../access/missing-permission';
import { isPermission, parseRole, ROLE_PERMISSIONS, type Permission } from '../access/permissions';
import { AppError } from '../common/app-error';
import { toPage, type Page } from '../common/page';
import { isForeignKeyViolation, isUniqueViolation } from '../platform/database/constraint-violation';
import type { CustomRoleEntity } from './custom-role.entity';
import { notFound, requireOrganizationScope } from './organization-scope';
import { RoleRepository } from './role.repository';
import { TENANCY_ERRORS } from './tenancy.errors';

const ROLE_NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** What a member gets with a role: a built-in one by name, or a copy of the permissions of a custom one. */
export interface ResolvedRole {
  readonly role: string;
  /** Null for a built-in role. */
  readonly customPermissions: string[] | null;
  readonly permissions: readonly Permission[];
}

/** Custom roles of an organization. Nobody makes or changes a role that holds more than they do. */
@Injectable()
export class RoleService {
  constructor(
    private readonly roles: RoleRepository,
    private readonly changes: AccessChanges,
    private readonly audit: AuditLog,
  ) {}

  async create(
    acting: Acting,
    organizationId: string,
    wish: { name: string; permissions: readonly Permission[] },
  ): Promise<CustomRoleEntity> {
    requireOrganizationScope(acting.caller, organizationId);
    requireAllHeld(acting.caller.permissions, wish.permissions, 'permissions');
    if (parseRole(wish.name) !== undefined) throw taken();
    const role = await this.insert(organizationId, wish.name, [...wish.permissions]);
    await this.record(acting, role, { action: 'role.create', after: { permissions: role.permissions } });
    return role;
  }

  async list(
    caller: Caller,
    organizationId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<CustomRoleEntity>> {
    requireOrganizationScope(caller, organizationId);
    const page = { afterName: query.cursor, limit: query.limit + 1 };
    return toPage(await this.roles.list(organizationId, page), query.limit, ({ name }) => name);
  }

  /** Takes effect for all members with the role at once. */
  async update(
    acting: Acting,
    organizationId: string,
    name: string,
    permissions: readonly Permission[],
  ): Promise<CustomRoleEntity> {
    const before = await this.require(acting, organizationId, name);
    requireAllHeld(acting.caller.permissions, permissions, 'permissions');
    await this.roles.setPermissions(organizationId, name, [...permissions]);
    await this.changes.announce({ organizationId });
    await this.record(acting, before, {
      action: 'role.update',
      before: { permissions: before.permissions },
      after: { permissions },
    });
    return Object.assign(before, { permissions: [...permissions] });
  }

  async remove(acting: Acting, organizationId: string, name: string): Promise<void> {
    const role = await this.require(acting, organizationId, name);
    if (!(await this.roles.remove(organizationId, name))) {
      throw new AppError(TENANCY_ERRORS.inUse, { public: 'Members still have this role.' });
    }
    await this.record(acting, role, { action: 'role.delete', before: { permissions: role.permissions } });
  }

  /** The role a body names, built-in or custom; 400 for an unknown one. */
  async resolve(organizationId: string, name: string): Promise<ResolvedRole> {
    const builtIn = parseRole(name);
    if (builtIn !== undefined)
      return { role: builtIn, customPermissions: null, permissions: ROLE_PERMISSIONS[builtIn] };
    const custom = ROLE_NAME.test(name) ? await this.roles.find(organizationId, name) : null;
    if (custom === null) {
      throw new AppError(TENANCY_ERRORS.validation, { public: 'There is no such role.', param: 'role' });
    }
    return {
      role: custom.name,
      customPermissions: custom.permissions,
      permissions: custom.permissions.filter(isPermission),
    };
  }

  /** Who changes a role must hold what it grants: else they could take from others what they never had. */
  private async require(acting: Acting, organizationId: string, name: string): Promise<CustomRoleEntity> {
    requireOrganizationScope(acting.caller, organizationId);
    const role = ROLE_NAME.test(name) ? await this.roles.find(organizationId, name) : null;
    if (role === null) throw notFound('role');
    requireAllHeld(acting.caller.permissions, role.permissions.filter(isPermission));
    return role;
  }

  private async insert(
    organizationId: string,
    name: string,
    permissions: string[],
  ): Promise<CustomRoleEntity> {
    try {
      return await this.roles.insert({ organizationId, name, permissions });
    } catch (error) {
      if (isForeignKeyViolation(error)) throw notFound('organization');
      if (isUniqueViolation(error)) throw taken();
      throw error;
    }
  }

  private record(
    acting: Acting,
    { organizationId, name }: CustomRoleEntity,
    change: Pick<ManagementChange, 'action' | 'before' | 'after'>,
  ): Promise<void> {
    return this.audit.record(
      changeEvent(acting, { ...change, organizationId, target: { kind: 'role', id: name } }),
    );
  }
}

function taken(): AppError {
  return new AppError(TENANCY_ERRORS.exists, { public: 'There is a role with this name.', param: 'name' });
}

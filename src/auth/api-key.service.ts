import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../access/access-changes';
import type { Caller, CallerLimits } from '../access/caller';
import { missingPermission } from '../access/missing-permission';
import { ROLE_PERMISSIONS, parseRole, type Permission } from '../access/permissions';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { newId } from '../common/ids';
import type { Member } from '../tenancy/member';
import { MemberRepository } from '../tenancy/member.repository';
import { ProjectRepository } from '../tenancy/project.repository';
import { API_KEY_ID, ApiKeyHasher, displayPrefix, newApiKey } from './api-key';
import type { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository } from './api-key.repository';

import { AUTH_ERRORS } from './auth.errors';
import { grantedByDefault, inheritRestrictions, type KeyRestrictions } from './key-grant';
import { toStoredLimits } from './key-limits';

/** A wish for a key, checked for form but not yet for rights. */
export interface NewApiKey {
  readonly name: string;
  readonly organizationId: string | undefined;
  readonly projectId: string | null;
  readonly userId: string | undefined;
  readonly role: string | undefined;
  readonly permissions: readonly Permission[] | undefined;
  readonly allowedModels: readonly string[] | null;
  readonly allowedIps: readonly string[] | null;
  readonly expiresAt: Date | null;
  readonly limits: CallerLimits;
}

export interface CreatedApiKey {
  readonly entity: ApiKeyEntity;
  /** The key itself; this is the only moment it exists outside its owner's hands. */
  readonly key: string;
}

export interface ApiKeyPage {
  readonly keys: readonly ApiKeyEntity[];
  readonly nextCursor: string | null;
}

/**
 * Makes, lists and revokes keys. Callers manage their own; with `members:manage` those of their organization; with
 * `system:admin` all. What a caller may not see does not exist for them (404).
 */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly members: MemberRepository,
    private readonly projects: ProjectRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly changes: AccessChanges,
    private readonly clock: Clock,
  ) {}

  async create(caller: Caller, wish: NewApiKey): Promise<CreatedApiKey> {
    const owner = await this.ownerFor(caller, wish);
    const permissions = permissionsFor(caller, owner, wish);
    const restrictions = await this.restrictionsFor(caller, wish);
    await this.requireProject(owner.organizationId, restrictions.projectId);
    const key = newApiKey();
    const entity = await this.keys.insert({
      id: newId('key', this.clock.now()),
      organizationId: owner.organizationId,
      projectId: restrictions.projectId,
      userId: owner.userId,
      kind: 'issued',
      name: wish.name,
      prefix: displayPrefix(key),
      hash: this.hasher.hash(key),
      permissions: [...permissions],
      allowedModels: restrictions.allowedModels && [...restrictions.allowedModels],
      allowedIps: restrictions.allowedIps && [...restrictions.allowedIps],
      limits: toStoredLimits(restrictions.limits),
      expiresAt: restrictions.expiresAt,
    });
    return { entity, key };
  }

  async list(caller: Caller, page: { beforeId: string | undefined; limit: number }): Promise<ApiKeyPage> {
    const userId = seesAllOfOrganization(caller) ? undefined : caller.userId;
    const found = await this.keys.list(caller.organizationId, { ...page, userId, limit: page.limit + 1 });
    const keys = found.slice(0, page.limit);
    return { keys, nextCursor: found.length > page.limit ? (keys.at(-1)?.id ?? null) : null };
  }

  async get(caller: Caller, id: string): Promise<ApiKeyEntity> {
    const organizationId = caller.permissions.has('system:admin') ? undefined : caller.organizationId;
    const key = API_KEY_ID.test(id) ? await this.keys.findById(id, organizationId) : null;
    if (key === null || !(key.userId === caller.userId || seesAllOfOrganization(caller))) {
      throw new AppError(AUTH_ERRORS.notFound, { public: 'There is no such API key.' });
    }
    return key;
  }

  /** Takes effect here at once, on other replicas within a second, and never later than the cache lifetime. */
  async revoke(caller: Caller, id: string): Promise<void> {
    const key = await this.get(caller, id);
    if (key.kind === 'static') {
      throw new AppError(AUTH_ERRORS.staticKey, {
        public: 'This key is given by ALLOWED_API_KEYS and ends when it is removed there.',
      });
    }
    await this.keys.revoke(key.id);
    await this.changes.announce({ apiKeyId: key.id });
  }

  private async ownerFor(caller: Caller, wish: NewApiKey): Promise<Member> {
    const organizationId = wish.organizationId ?? caller.organizationId;
    const userId = wish.userId ?? caller.userId;
    const isForeign = organizationId !== caller.organizationId && !caller.permissions.has('system:admin');
    if (!isForeign && userId !== caller.userId && !seesAllOfOrganization(caller))
      throw missingPermission(['members:manage']);
    const owner = isForeign ? undefined : await this.members.findMember(organizationId, userId);
    if (owner === undefined) {
      throw new AppError(AUTH_ERRORS.notFound, {
        public: 'There is no such user in this organization.',
        param: wish.userId === undefined ? 'organization_id' : 'user_id',
      });
    }
    return owner;
  }

  private async restrictionsFor(caller: Caller, wish: NewApiKey): Promise<KeyRestrictions> {
    if (wish.expiresAt !== null && wish.expiresAt.getTime() <= this.clock.now()) {
      throw new AppError(AUTH_ERRORS.validation, {
        public: 'expires_at must be in the future.',
        param: 'expires_at',
      });
    }
    const parent =
      caller.apiKeyId === undefined ? null : await this.keys.findById(caller.apiKeyId, undefined);
    const outcome = inheritRestrictions(wish, parent);
    if (outcome.kind === 'granted') return outcome.restrictions;
    throw new AppError(AUTH_ERRORS.missingPermission, {
      public: `${outcome.field} asks for more than the key you are using has.`,
      param: outcome.field,
    });
  }

  private async requireProject(organizationId: string, projectId: string | null): Promise<void> {
    if (projectId === null || (await this.projects.isActiveIn(organizationId, projectId))) return;
    throw new AppError(AUTH_ERRORS.notFound, { public: 'There is no such project.', param: 'project_id' });
  }
}

function seesAllOfOrganization(caller: Caller): boolean {
  return caller.permissions.has('members:manage');
}

function permissionsFor(caller: Caller, owner: Member, wish: NewApiKey): readonly Permission[] {
  const role = parseRole(wish.role);
  const wanted = wish.permissions ?? (role && ROLE_PERMISSIONS[role]);
  if (wanted === undefined) return grantedByDefault(caller.permissions, owner.permissions);
  const missing = wanted.filter((name) => !caller.permissions.has(name) || !owner.permissions.has(name));
  if (missing.length > 0) throw missingPermission(missing);
  return wanted;
}

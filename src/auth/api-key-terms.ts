import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller';
import { missingPermission } from '../access/missing-permission';
import { ROLE_PERMISSIONS, parseRole, type Permission } from '../access/permissions';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import type { Member } from '../tenancy/member';
import { MemberRepository } from '../tenancy/member.repository';
import { ProjectRepository } from '../tenancy/project.repository';
import type { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository } from './api-key.repository';
import { AUTH_ERRORS } from './auth.errors';
import { grantedByDefault, inheritRestrictions, type KeyRestrictions } from './key-grant';

/** Rights wished for a key: a role, a list, or neither. */
export interface RightsWish {
  readonly role: string | undefined;
  readonly permissions: readonly Permission[] | undefined;
}

/** Decides whose a key may be and what it may hold: never more than its maker and its owner, nor more than the key used to make it. */
@Injectable()
export class ApiKeyTerms {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly members: MemberRepository,
    private readonly projects: ProjectRepository,
    private readonly clock: Clock,
  ) {}

  /** The member a key is made for: the caller, another of the organization (`members:manage`), or anybody (`system:admin`). */
  async ownerFor(
    caller: Caller,
    wish: { readonly organizationId: string | undefined; readonly userId: string | undefined },
  ): Promise<Member> {
    const organizationId = wish.organizationId ?? caller.organizationId;
    const userId = wish.userId ?? caller.userId;
    const isForeign = organizationId !== caller.organizationId && !caller.permissions.has('system:admin');
    if (!isForeign && userId !== caller.userId && !managesKeysOfOthers(caller))
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

  /** The permissions asked for, or without a wish all that caller and owner share. */
  permissionsFor(caller: Caller, owner: Member, wish: RightsWish): readonly Permission[] {
    const role = parseRole(wish.role);
    const wanted = wish.permissions ?? (role && ROLE_PERMISSIONS[role]);
    if (wanted === undefined) return grantedByDefault(caller.permissions, owner.permissions);
    const missing = wanted.filter((name) => !caller.permissions.has(name) || !owner.permissions.has(name));
    if (missing.length > 0) throw missingPermission(missing);
    return wanted;
  }

  /** The restrictions of a key in this organization, tightened by those of the key the caller uses. */
  async restrictionsFor(
    caller: Caller,
    organizationId: string,
    wish: KeyRestrictions,
  ): Promise<KeyRestrictions> {
    const parent =
      caller.apiKeyId === undefined ? null : await this.keys.findById(caller.apiKeyId, undefined);
    const restrictions = bounded(wish, parent, 'the key you are using');
    await this.requireProject(organizationId, restrictions.projectId);
    return restrictions;
  }

  /** A change of a key: who does not manage the keys of others can tighten their own, not loosen what was set for them. */
  async changedRestrictions(
    caller: Caller,
    key: ApiKeyEntity,
    wish: KeyRestrictions,
  ): Promise<KeyRestrictions> {
    const own = managesKeysOfOthers(caller) ? wish : bounded(wish, key, 'the key');
    return this.restrictionsFor(caller, key.organizationId, own);
  }

  requireFuture(expiresAt: Date | null): void {
    if (expiresAt === null || expiresAt.getTime() > this.clock.now()) return;
    throw new AppError(AUTH_ERRORS.validation, {
      public: 'expires_at must be in the future.',
      param: 'expires_at',
    });
  }

  private async requireProject(organizationId: string, projectId: string | null): Promise<void> {
    if (projectId === null || (await this.projects.isActiveIn(organizationId, projectId))) return;
    throw new AppError(AUTH_ERRORS.notFound, { public: 'There is no such project.', param: 'project_id' });
  }
}

/** Keys of others are the business of those who manage the members. */
export function managesKeysOfOthers(caller: Caller): boolean {
  return caller.permissions.has('members:manage');
}

function bounded(wish: KeyRestrictions, bound: ApiKeyEntity | null, what: string): KeyRestrictions {
  const outcome = inheritRestrictions(wish, bound);
  if (outcome.kind === 'granted') return outcome.restrictions;
  throw new AppError(AUTH_ERRORS.missingPermission, {
    public: `${outcome.field} asks for more than ${what} has.`,
    param: outcome.field,
  });
}

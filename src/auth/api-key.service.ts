import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting, type ManagementChange } from '../access/acting';
import { AuditLog } from '../access/audit-log';
import type { Caller, CallerLimits } from '../access/caller';
import { requireAllHeld } from '../access/missing-permission';
import { isPermission, type Permission } from '../access/permissions';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { toPage, type Page } from '../common/page';
import { API_KEY_ID, ApiKeyHasher, displayPrefix, newApiKey } from './api-key';
import type { ApiKeyEntity } from './api-key.entity';
import type { IssuedApiKey } from './api-key-issuer';
import { ApiKeyRepository } from './api-key.repository';
import { ApiKeyTerms, managesKeysOfOthers } from './api-key-terms';
import { auditedKey } from './audited-key';
import { AuthInvalidation } from './auth-invalidation';
import { AUTH_ERRORS } from './auth.errors';
import { fromStoredLimits, toStoredLimits } from './key-limits';

/** A change of a key; undefined leaves as it is, null lifts a restriction. */
export interface ApiKeyChange {
  readonly name: string | undefined;
  readonly role: string | undefined;
  readonly permissions: readonly Permission[] | undefined;
  readonly projectId: string | null | undefined;
  readonly allowedModels: readonly string[] | null | undefined;
  readonly allowedIps: readonly string[] | null | undefined;
  readonly expiresAt: Date | null | undefined;
  /** Computes the limits from those it has. */
  readonly limits: (current: CallerLimits) => CallerLimits;
}

/**
 * Shows, changes, rotates and revokes keys. Callers manage their own; with `members:manage` those of their organization; with
 * `system:admin` all. What a caller may not see does not exist for them (404).
 */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly terms: ApiKeyTerms,
    private readonly hasher: ApiKeyHasher,
    private readonly invalidation: AuthInvalidation,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(
    caller: Caller,
    page: { beforeId: string | undefined; limit: number },
  ): Promise<Page<ApiKeyEntity>> {
    const userId = managesKeysOfOthers(caller) ? undefined : caller.userId;
    const found = await this.keys.list(caller.organizationId, { ...page, userId, limit: page.limit + 1 });
    return toPage(found, page.limit, ({ id }) => id);
  }

  async get(caller: Caller, id: string): Promise<ApiKeyEntity> {
    const organizationId = caller.permissions.has('system:admin') ? undefined : caller.organizationId;
    const key = API_KEY_ID.test(id) ? await this.keys.findById(id, organizationId) : null;
    if (key === null || !(key.userId === caller.userId || managesKeysOfOthers(caller))) {
      throw new AppError(AUTH_ERRORS.notFound, { public: 'There is no such API key.' });
    }
    return key;
  }

  async update(acting: Acting, id: string, change: ApiKeyChange): Promise<ApiKeyEntity> {
    const { caller } = acting;
    const before = await this.requireChangeable(caller, id);
    if (change.expiresAt !== undefined) this.terms.requireFuture(change.expiresAt);
    const restrictions = await this.terms.changedRestrictions(caller, before, {
      projectId: change.projectId === undefined ? before.projectId : change.projectId,
      allowedModels: change.allowedModels === undefined ? before.allowedModels : change.allowedModels,
      allowedIps: change.allowedIps === undefined ? before.allowedIps : change.allowedIps,
      expiresAt: change.expiresAt === undefined ? before.expiresAt : change.expiresAt,
      limits: change.limits(fromStoredLimits(before.limits)),
    });
    const after = await this.keys.update(before.id, {
      name: change.name ?? before.name,
      permissions: [...(await this.changedPermissions(caller, before, change))],
      projectId: restrictions.projectId,
      allowedModels: restrictions.allowedModels && [...restrictions.allowedModels],
      allowedIps: restrictions.allowedIps && [...restrictions.allowedIps],
      expiresAt: restrictions.expiresAt,
      limits: toStoredLimits(restrictions.limits),
    });
    await this.invalidation.announce({ apiKeyId: id });
    await this.record(acting, after, {
      action: 'api_key.update',
      before: auditedKey(before),
      after: auditedKey(after),
    });
    return after;
  }

  /** A new key under the same id, so that limits, budgets and books go on; the old one works for `overlapSeconds` more. */
  async rotate(acting: Acting, id: string, overlapSeconds: number): Promise<IssuedApiKey> {
    const before = await this.requireChangeable(acting.caller, id);
    if (before.expiresAt !== null && before.expiresAt.getTime() <= this.clock.now()) throw notActive();
    const key = newApiKey();
    const entity = await this.keys.rotate(before, {
      hash: this.hasher.hash(key),
      prefix: displayPrefix(key),
      overlapSeconds,
    });
    if (entity === undefined) throw notActive();
    await this.invalidation.announce({ apiKeyId: id });
    await this.record(acting, entity, {
      action: 'api_key.rotate',
      before: { prefix: before.prefix },
      after: { prefix: entity.prefix, overlap_seconds: overlapSeconds },
    });
    return { entity, key };
  }

  /** Takes effect here at once, on other replicas within a second, and never later than the cache lifetime. */
  async revoke(acting: Acting, id: string): Promise<void> {
    const key = await this.get(acting.caller, id);
    if (key.kind === 'static') throw staticKey();
    await this.keys.revoke(key.id);
    await this.invalidation.announce({ apiKeyId: key.id });
    await this.record(acting, key, { action: 'api_key.revoke', before: auditedKey(key) });
  }

  private async requireChangeable(caller: Caller, id: string): Promise<ApiKeyEntity> {
    const key = await this.get(caller, id);
    if (key.kind === 'static') throw staticKey();
    if (key.revokedAt !== null && key.revokedAt.getTime() <= this.clock.now()) throw notActive();
    // Else a key with few rights could take over one with many.
    requireAllHeld(caller.permissions, key.permissions.filter(isPermission));
    return key;
  }

  private async changedPermissions(
    caller: Caller,
    key: ApiKeyEntity,
    change: ApiKeyChange,
  ): Promise<readonly string[]> {
    if (change.role === undefined && change.permissions === undefined) return key.permissions;
    const owner = await this.terms.ownerFor(caller, key);
    return this.terms.permissionsFor(caller, owner, change);
  }

  private record(
    acting: Acting,
    { organizationId, id }: ApiKeyEntity,
    change: Pick<ManagementChange, 'action' | 'before' | 'after'>,
  ): Promise<void> {
    return this.audit.record(
      changeEvent(acting, { ...change, organizationId, target: { kind: 'api_key', id } }),
    );
  }
}

function staticKey(): AppError {
  return new AppError(AUTH_ERRORS.staticKey, {
    public: 'This key is given by ALLOWED_API_KEYS and is changed there.',
  });
}

function notActive(): AppError {
  return new AppError(AUTH_ERRORS.notActive, { public: 'This key does not work any more.' });
}

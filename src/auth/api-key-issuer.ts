import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting } from '../access/acting';
import { AuditLog } from '../access/audit-log';
import type { CallerLimits } from '../access/caller';
import type { Permission } from '../access/permissions';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { newId } from '../common/ids';
import { OrganizationRepository } from '../tenancy/organization.repository';
import { ApiKeyHasher, displayPrefix, newApiKey } from './api-key';
import type { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository } from './api-key.repository';
import { ApiKeyTerms } from './api-key-terms';
import { auditedKey } from './audited-key';
import { AUTH_ERRORS } from './auth.errors';
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

export interface IssuedApiKey {
  readonly entity: ApiKeyEntity;
  /** The key itself; this is the only moment it exists outside its owner's hands. */
  readonly key: string;
}

/** Makes keys, within the rights of those who ask and the plan of the organization. */
@Injectable()
export class ApiKeyIssuer {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly terms: ApiKeyTerms,
    private readonly organizations: OrganizationRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async create(acting: Acting, wish: NewApiKey): Promise<IssuedApiKey> {
    const { caller } = acting;
    const owner = await this.terms.ownerFor(caller, wish);
    const permissions = this.terms.permissionsFor(caller, owner, wish);
    this.terms.requireFuture(wish.expiresAt);
    const restrictions = await this.terms.restrictionsFor(caller, owner.organizationId, wish);
    const { maxApiKeys } = await this.organizations.limitsOf(owner.organizationId);
    const key = newApiKey();
    const entity = await this.keys.insertWithin(maxApiKeys, {
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
    if (entity === undefined) throw planIsFull(maxApiKeys);
    await this.audit.record(
      changeEvent(acting, {
        organizationId: entity.organizationId,
        action: 'api_key.create',
        target: { kind: 'api_key', id: entity.id },
        after: auditedKey(entity),
      }),
    );
    return { entity, key };
  }
}

function planIsFull(maxApiKeys: number | undefined): AppError {
  return new AppError(AUTH_ERRORS.planLimit, {
    public: `The plan allows ${maxApiKeys} API keys that work at the same time.`,
    details: { limit: 'max_api_keys', value: maxApiKeys },
  });
}

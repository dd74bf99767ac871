import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller';
import { isPermission } from '../access/permissions';
import { Clock } from '../common/clock';
import { ApiKeyHasher, isIssuedKeyForm } from './api-key';
import { ApiKeyUsage } from './api-key-usage';
import { ApiKeyRepository, type ActiveApiKey } from './api-key.repository';
import { AuthCaches } from './auth-caches';
import { IpRanges } from '../common/ip-ranges';
import { fromStoredLimits } from './key-limits';
import type { KeyOutcome, KnownKey } from './known-key';
import { StaticKeyRegistry, digestOf } from './static-key-registry';

const UNKNOWN: KeyOutcome = { kind: 'unknown' };
const EXPIRED: KeyOutcome = { kind: 'expired' };
const SUSPENDED: KeyOutcome = { kind: 'suspended' };
const ADDRESS_DENIED: KeyOutcome = { kind: 'address_denied' };
const MAX_TOKEN_LENGTH = 512;

/**
 * Decides about API keys, from memory for at most AUTH_KEY_CACHE_TTL_MS. Synchronous when the key is in memory, so that
 * the usual request waits for nothing. Fails with `store_unavailable` when the key is unknown here and the database is down.
 */
@Injectable()
export class ApiKeyAuthenticator {
  constructor(
    private readonly clock: Clock,
    private readonly hasher: ApiKeyHasher,
    private readonly keys: ApiKeyRepository,
    private readonly staticKeys: StaticKeyRegistry,
    private readonly caches: AuthCaches,
    private readonly usage: ApiKeyUsage,
  ) {}

  authenticate(token: string, address: string | undefined): KeyOutcome | Promise<KeyOutcome> {
    if (token.length > MAX_TOKEN_LENGTH) return UNKNOWN;
    const digest = digestOf(token);
    const known = this.caches.keys.peek(digest);
    if (known !== undefined) return this.judge(known, address);
    const rowHash = this.rowHashOf(token, digest);
    if (rowHash === undefined) return UNKNOWN;
    return this.caches.keys
      .load(digest, () => this.look(rowHash))
      .then((found) => this.judge(found, address));
  }

  /** Takes the static keys into memory, so that they count as known should the database fail later. */
  async warm(tokens: readonly string[]): Promise<void> {
    for (const token of tokens) {
      const digest = digestOf(token);
      const rowHash = this.rowHashOf(token, digest);
      if (rowHash !== undefined) await this.caches.keys.load(digest, () => this.look(rowHash));
    }
  }

  /** Undefined for a token that no key can look like, which needs no look-up. */
  private rowHashOf(token: string, digest: string): string | undefined {
    return (
      this.staticKeys.findRowHash(digest) ?? (isIssuedKeyForm(token) ? this.hasher.hash(token) : undefined)
    );
  }

  private async look(rowHash: string): Promise<KnownKey | null> {
    const key = await this.keys.findActiveByHash(rowHash);
    if (key === undefined || !timingSafeEqual(Buffer.from(key.hash), Buffer.from(rowHash))) return null;
    return toKnownKey(key);
  }

  private judge(known: KnownKey | null, address: string | undefined): KeyOutcome {
    if (known === null) return UNKNOWN;
    if (this.clock.now() >= known.endsAtMs) return EXPIRED;
    if (known.suspended) return SUSPENDED;
    if (known.addresses !== null && !known.addresses.includes(address)) return ADDRESS_DENIED;
    this.usage.touch(known.apiKeyId);
    return known.outcome;
  }
}

function toKnownKey(key: ActiveApiKey): KnownKey {
  const { owner } = key;
  const caller: Caller = {
    organizationId: owner.organizationId,
    organizationSlug: owner.organizationSlug,
    timeZone: owner.timeZone,
    projectId: key.projectId ?? undefined,
    userId: owner.userId,
    apiKeyId: key.id,
    method: key.kind === 'static' ? 'static_key' : 'api_key',
    // An owner who lost a permission takes it from the keys too.
    permissions: new Set(key.permissions.filter(isPermission).filter((name) => owner.permissions.has(name))),
    allowedModels: key.allowedModels,
    limits: {
      ...fromStoredLimits(key.limits),
      userRates: owner.userRates,
      organizationRates: owner.organizationRates,
    },
  };
  return {
    apiKeyId: key.id,
    userId: owner.userId,
    organizationId: owner.organizationId,
    projectId: key.projectId,
    suspended: [owner.organizationStatus, owner.userStatus, key.projectStatus].includes('suspended'),
    endsAtMs: key.endsAt?.getTime() ?? Number.POSITIVE_INFINITY,
    addresses: key.allowedIps === null ? null : new IpRanges(key.allowedIps),
    outcome: { kind: 'authenticated', caller },
  };
}

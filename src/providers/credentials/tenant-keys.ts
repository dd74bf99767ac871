import { Injectable } from '@nestjs/common';
import type { ProviderCredential } from '../provider-credential';

/** What is known about an organization's own key: itself, or that it cannot be read. */
export type TenantKey =
  | { readonly kind: 'usable'; readonly credential: ProviderCredential }
  | { readonly kind: 'unreadable'; readonly credentialId: string };

interface CalledAsSomebody {
  readonly name: string;
  readonly credentials: readonly ProviderCredential[];
}

/**
 * The keys organizations brought along, decrypted, in memory. All of them, so that the path of a request neither waits nor
 * depends on the database; empty until somebody loads them.
 */
@Injectable()
export class TenantKeys {
  #keys: ReadonlyMap<string, TenantKey> = new Map();

  /** Puts a whole new set in place of the old one. */
  replace(keys: ReadonlyMap<string, TenantKey>): void {
    this.#keys = keys;
  }

  get size(): number {
    return this.#keys.size;
  }

  /**
   * The provider as this organization calls it: with its own key where it has one. A key that cannot be read leaves no key at all,
   * because the operator's would make somebody else pay.
   */
  viewOf<P extends CalledAsSomebody>(provider: P, organizationId: string): P {
    const own = this.#keys.get(tenantKeyName(organizationId, provider.name));
    if (own === undefined) return provider;
    return { ...provider, credentials: own.kind === 'usable' ? [own.credential] : [] };
  }
}

/** Under which name a key is remembered. */
export function tenantKeyName(organizationId: string, provider: string): string {
  return `${organizationId} ${provider}`;
}

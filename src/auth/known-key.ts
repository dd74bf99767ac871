import type { Caller } from '../access/caller';
import type { IpRanges } from '../common/ip-ranges';

/** What came of a key. `unknown` covers wrong and revoked alike. */
export type KeyOutcome =
  | { readonly kind: 'authenticated'; readonly caller: Caller }
  | { readonly kind: 'unknown' | 'expired' | 'suspended' | 'address_denied' };

/** Everything needed to decide about a key without looking anywhere; made once per look-up. */
export interface KnownKey {
  readonly apiKeyId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  /** The organization, the user or the project of the key. */
  readonly suspended: boolean;
  readonly endsAtMs: number;
  readonly addresses: IpRanges | null;
  readonly outcome: KeyOutcome;
}

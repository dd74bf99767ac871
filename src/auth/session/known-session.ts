import type { Caller } from '../../access/caller';

/** Everything needed to decide about a session without looking anywhere; made once per look-up. */
export interface KnownSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly suspended: boolean;
  readonly endsAtMs: number;
  readonly caller: Caller;
}

import { Injectable } from '@nestjs/common';
import type { AccessChange, AccessMemory } from '../access/access-changes';
import { Clock } from '../common/clock';
import type { Member } from '../tenancy/member';
import { AuthConfig } from './auth.config';
import type { KnownKey } from './known-key';
import { RevalidatingCache } from './revalidating-cache';
import type { KnownSession } from './session/known-session';

const MAX_ENTRIES = 20_000;
const LOOK_UP_TIMEOUT_MS = 2_000;
const MS_PER_SECOND = 1_000;

/** What this process remembers about keys, sessions and token owners. */
@Injectable()
export class AuthCaches implements AccessMemory {
  /** By SHA-256 of the whole key. */
  readonly keys: RevalidatingCache<KnownKey>;
  /** By session id. */
  readonly sessions: RevalidatingCache<KnownSession>;
  /** By organization and user of a token. */
  readonly members: RevalidatingCache<Member>;

  constructor(config: AuthConfig, clock: Clock) {
    const options = {
      ttlMs: config.cacheTtlMs,
      staleMs: config.staleSeconds * MS_PER_SECOND,
      maxEntries: MAX_ENTRIES,
      loadTimeoutMs: LOOK_UP_TIMEOUT_MS,
    };
    this.keys = new RevalidatingCache(clock, options);
    this.sessions = new RevalidatingCache(clock, options);
    this.members = new RevalidatingCache(clock, options);
  }

  apply(change: AccessChange): void {
    if ('apiKeyId' in change) this.keys.invalidate((key) => key.apiKeyId === change.apiKeyId);
    else if ('sessionId' in change)
      this.sessions.invalidate((session) => session.sessionId === change.sessionId);
    else if ('projectId' in change) this.keys.invalidate((key) => key.projectId === change.projectId);
    else if ('userId' in change) this.forget((owner) => owner.userId === change.userId);
    else this.forget((owner) => owner.organizationId === change.organizationId);
  }

  /** Messages may have been missed: nothing is trusted without looking again. */
  distrust(): void {
    this.keys.expireAll();
    this.sessions.expireAll();
    this.members.expireAll();
  }

  private forget(
    matches: (owner: { readonly userId: string; readonly organizationId: string }) => boolean,
  ): void {
    this.keys.invalidate(matches);
    this.sessions.invalidate(matches);
    this.members.invalidate(matches);
  }
}

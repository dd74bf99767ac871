import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { Clock } from '../../common/clock';
import type { Member } from '../../tenancy/member';
import { MemberRepository } from '../../tenancy/member.repository';
import { AuthCaches } from '../auth-caches';
import type { KnownSession } from './known-session';
import type { SessionEntity } from './session.entity';
import { SessionRepository } from './session.repository';
import { SessionTokens } from './session-tokens';

/** What came of an access token. `session_over` covers logged out and forgotten alike. */
export type SessionOutcome =
  | { readonly kind: 'authenticated'; readonly caller: Caller }
  | { readonly kind: 'invalid_token' | 'expired_token' | 'session_over' | 'suspended' };

/**
 * Decides about access tokens of log-ins: signature and time from the token, everything else from the session, which is
 * remembered like a key is. So a log-out needs no list of revoked tokens, and memory stays bounded.
 */
@Injectable()
export class SessionAuthenticator {
  constructor(
    private readonly clock: Clock,
    private readonly tokens: SessionTokens,
    private readonly sessions: SessionRepository,
    private readonly members: MemberRepository,
    private readonly caches: AuthCaches,
  ) {}

  authenticate(token: string): SessionOutcome | Promise<SessionOutcome> {
    const claims = this.tokens.readAccess(token);
    if (claims === undefined) return { kind: 'invalid_token' };
    if (this.clock.now() >= claims.expiresAtMs) return { kind: 'expired_token' };
    const known = this.caches.sessions.peek(claims.sessionId);
    if (known !== undefined) return this.judge(known);
    return this.caches.sessions
      .load(claims.sessionId, () => this.look(claims.sessionId))
      .then((found) => this.judge(found));
  }

  private async look(sessionId: string): Promise<KnownSession | null> {
    const session = await this.sessions.findById(sessionId);
    if (session === null || session.revokedAt !== null) return null;
    const member = await this.members.findMember(session.organizationId, session.userId);
    return member === undefined ? null : toKnownSession(session, member);
  }

  private judge(known: KnownSession | null): SessionOutcome {
    if (known === null) return { kind: 'session_over' };
    if (this.clock.now() >= known.endsAtMs) return { kind: 'session_over' };
    if (known.suspended) return { kind: 'suspended' };
    return { kind: 'authenticated', caller: known.caller };
  }
}

function toKnownSession(session: SessionEntity, member: Member): KnownSession {
  return {
    sessionId: session.id,
    userId: member.userId,
    organizationId: member.organizationId,
    suspended: member.organizationStatus !== 'active' || member.userStatus !== 'active',
    endsAtMs: session.endsAt.getTime(),
    caller: {
      organizationId: member.organizationId,
      organizationSlug: member.organizationSlug,
      timeZone: member.timeZone,
      projectId: undefined,
      userId: member.userId,
      apiKeyId: undefined,
      sessionId: session.id,
      method: 'jwt',
      permissions: member.permissions,
      allowedModels: null,
      limits: { userRates: member.userRates, organizationRates: member.organizationRates },
    },
  };
}

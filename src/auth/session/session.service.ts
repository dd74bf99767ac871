import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { AuthInvalidation } from '../auth-invalidation';
import { AUTH_ERRORS } from '../auth.errors';
import type { SessionMethod } from './session.entity';
import { SessionConfig } from './session.config';
import { SessionRepository } from './session.repository';
import { SessionTokens } from './session-tokens';

/** Whose session it is. */
export interface SessionOwner {
  readonly userId: string;
  readonly organizationId: string;
}

/** The tokens of a session, as they are handed out. */
export interface SessionGrant extends SessionOwner {
  readonly sessionId: string;
  readonly accessToken: string;
  readonly accessSeconds: number;
  readonly refreshToken: string;
  readonly refreshSeconds: number;
}

/** What came of a refresh: `reused` means that the session has just been ended because its token was used twice. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly grant: SessionGrant }
  | { readonly kind: 'reused'; readonly owner: SessionOwner; readonly sessionId: string }
  | { readonly kind: 'over' };

/** Opens, refreshes and ends sessions. An end takes effect here at once and on other replicas within a second. */
@Injectable()
export class SessionService {
  constructor(
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly sessions: SessionRepository,
    private readonly tokens: SessionTokens,
    private readonly invalidation: AuthInvalidation,
  ) {}

  async open(owner: SessionOwner, method: SessionMethod): Promise<SessionGrant> {
    const nowMs = this.clock.now();
    const id = newId('ses', nowMs);
    const endsAt = new Date(nowMs + this.config.maxSeconds * 1_000);
    await this.sessions.insert({
      id,
      organizationId: owner.organizationId,
      userId: owner.userId,
      method,
      generation: 0,
      refreshedAt: new Date(nowMs),
      idleEndsAt: new Date(Math.min(endsAt.getTime(), nowMs + this.config.idleSeconds * 1_000)),
      endsAt,
    });
    return this.grant(id, owner, { generation: 0, endsAt });
  }

  /** Throws 401 for a text that is no refresh token of ours. */
  async refresh(refreshToken: string): Promise<RefreshOutcome> {
    const read = this.tokens.readRefresh(refreshToken);
    if (read === undefined)
      throw new AppError(AUTH_ERRORS.invalidToken, { public: 'The refresh token is not valid.' });
    const { sessionId, generation } = read;
    const rotated = await this.sessions.rotate(sessionId, {
      generation,
      idleSeconds: this.config.idleSeconds,
    });
    const verdict = rotated
      ? 'rotated'
      : await this.sessions.judge(sessionId, generation, this.config.refreshGraceSeconds);
    const session = verdict === 'over' ? null : await this.sessions.findById(sessionId);
    if (session === null) return { kind: 'over' };
    if (verdict === 'reused') {
      await this.end(sessionId);
      return { kind: 'reused', owner: session, sessionId };
    }
    return {
      kind: 'refreshed',
      grant: this.grant(sessionId, session, { generation: generation + 1, endsAt: session.endsAt }),
    };
  }

  async end(sessionId: string): Promise<void> {
    await this.sessions.revoke(sessionId);
    await this.invalidation.announce({ sessionId });
  }

  /** Ends every session of a user but the one given; the answer says how many. */
  async endAllOf(userId: string, exceptId?: string): Promise<number> {
    const count = await this.sessions.revokeAllOf(userId, exceptId);
    await this.invalidation.announce({ userId });
    return count;
  }

  private grant(
    sessionId: string,
    { userId, organizationId }: SessionOwner,
    { generation, endsAt }: { generation: number; endsAt: Date },
  ): SessionGrant {
    const nowMs = this.clock.now();
    const leftSeconds = Math.floor((endsAt.getTime() - nowMs) / 1_000);
    const accessSeconds = Math.min(this.config.accessTokenSeconds, leftSeconds);
    const claims = { sessionId, userId, organizationId, expiresAtMs: nowMs + accessSeconds * 1_000 };
    return {
      userId,
      organizationId,
      sessionId,
      accessToken: this.tokens.access(claims, nowMs),
      accessSeconds,
      refreshToken: this.tokens.refresh(sessionId, generation),
      refreshSeconds: Math.min(this.config.idleSeconds, leftSeconds),
    };
  }
}

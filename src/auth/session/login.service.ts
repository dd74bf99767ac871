import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../../access/audit-log';
import type { Caller } from '../../access/caller';
import { AppError } from '../../common/app-error';
import { MemberRepository } from '../../tenancy/member.repository';
import { PasswordAccounts } from '../../tenancy/password-accounts';
import { AUTH_ERRORS } from '../auth.errors';
import { RefusalJournal } from '../watch/refusal-journal';
import { LoginThrottle } from './login-throttle';
import { SessionService, type SessionGrant, type SessionOwner } from './session.service';

/** Where a request came from, for the audit trail. */
export interface Origin {
  readonly address: string | undefined;
  readonly requestId: string | undefined;
}

export interface PasswordLogin {
  readonly email: string;
  readonly password: string;
  /** Id or slug; undefined for the organization the user has belonged to longest. */
  readonly organization: string | undefined;
}

/**
 * Log-in by password, refresh, log-out and change of password, with their records. A refusal never says whether the account
 * exists: text, time and lock-out are the same.
 */
@Injectable()
export class LoginService {
  constructor(
    private readonly accounts: PasswordAccounts,
    private readonly members: MemberRepository,
    private readonly throttle: LoginThrottle,
    private readonly sessions: SessionService,
    private readonly audit: AuditLog,
    private readonly refusals: RefusalJournal,
  ) {}

  async login(wish: PasswordLogin, origin: Origin): Promise<SessionGrant> {
    const attempt = { account: wish.email, address: origin.address };
    await this.throttled(attempt);
    const { ok, userId } = await this.accounts.check(wish.email, wish.password);
    const home = userId === undefined ? undefined : await this.accounts.homeOf(userId, wish.organization);
    if (!ok || userId === undefined || home === undefined) {
      this.refuse(origin, { userId, organizationId: home });
      throw wrongCredentials();
    }
    await this.throttle.succeeded(attempt);
    const owner = { userId, organizationId: home };
    await this.requireActive(owner, origin);
    const grant = await this.sessions.open(owner, 'password');
    await this.record('auth.login', 'success', { owner, origin, sessionId: grant.sessionId });
    return grant;
  }

  /** Throws 401 when the session is over, also for a token used twice, which ends the session for everybody. */
  async refresh(refreshToken: string, origin: Origin): Promise<SessionGrant> {
    const outcome = await this.sessions.refresh(refreshToken);
    if (outcome.kind === 'refreshed') {
      await this.requireActive(outcome.grant, origin);
      return outcome.grant;
    }
    if (outcome.kind === 'reused') {
      const { owner, sessionId } = outcome;
      await this.record('auth.refresh_reuse', 'denied', { owner, origin, sessionId });
    }
    throw new AppError(AUTH_ERRORS.invalidToken, { public: 'The session is over. Please log in again.' });
  }

  /** Ends the caller's session, or all their sessions. */
  async logout(caller: Caller, everywhere: boolean, origin: Origin): Promise<void> {
    if (everywhere) await this.sessions.endAllOf(caller.userId);
    else if (caller.sessionId !== undefined) await this.sessions.end(caller.sessionId);
    else
      throw new AppError(AUTH_ERRORS.noSession, {
        public: 'This credential is not a session; there is nothing to log out of.',
      });
    await this.record('auth.logout', 'success', { owner: caller, origin, sessionId: caller.sessionId });
  }

  /** Ends all other sessions of the user. Guessing the current password counts like guessing at the log-in. */
  async changePassword(
    caller: Caller,
    passwords: { readonly current: string; readonly next: string },
    origin: Origin,
  ): Promise<void> {
    const attempt = { account: caller.userId, address: origin.address };
    await this.throttled(attempt);
    if (!(await this.accounts.change(caller.userId, passwords.current, passwords.next))) {
      await this.record('auth.password_change', 'denied', {
        owner: caller,
        origin,
        sessionId: caller.sessionId,
      });
      throw new AppError(AUTH_ERRORS.wrongPassword, {
        public: 'The current password is not right.',
        param: 'current_password',
      });
    }
    await this.throttle.succeeded(attempt);
    await this.sessions.endAllOf(caller.userId, caller.sessionId);
    await this.record('auth.password_change', 'success', {
      owner: caller,
      origin,
      sessionId: caller.sessionId,
    });
  }

  private async throttled(attempt: {
    readonly account: string;
    readonly address: string | undefined;
  }): Promise<void> {
    try {
      await this.throttle.take(attempt);
    } catch (error) {
      if (error instanceof AppError && error.code === AUTH_ERRORS.tooManyAttempts.code)
        this.refusals.note({ action: 'auth.login', reason: error.code, address: attempt.address });
      throw error;
    }
  }

  private refuse(
    origin: Origin,
    tried: { readonly userId: string | undefined; readonly organizationId: string | undefined },
  ): void {
    const reason = AUTH_ERRORS.invalidCredentials.code;
    this.refusals.note({ action: 'auth.login', reason, address: origin.address, ...tried });
  }

  /** Only somebody who has proved who they are hears of a suspension. */
  private async requireActive(owner: SessionOwner, origin: Origin): Promise<void> {
    const member = await this.members.findMember(owner.organizationId, owner.userId);
    if (member?.organizationStatus === 'active' && member.userStatus === 'active') return;
    await this.record('auth.login', 'denied', { owner, origin, sessionId: undefined });
    throw new AppError(AUTH_ERRORS.suspended, { public: 'This account is suspended.' });
  }

  private record(
    action: string,
    outcome: AuditEvent['outcome'],
    facts: { readonly owner: SessionOwner; readonly origin: Origin; readonly sessionId: string | undefined },
  ): Promise<void> {
    const { owner, origin, sessionId } = facts;
    return this.audit.record({
      organizationId: owner.organizationId,
      action,
      outcome,
      actor: { kind: 'user', userId: owner.userId },
      ...(sessionId !== undefined && { target: { kind: 'session', id: sessionId } }),
      requestId: origin.requestId,
      address: origin.address,
    });
  }
}

function wrongCredentials(): AppError {
  return new AppError(AUTH_ERRORS.invalidCredentials, { public: 'The e-mail or the password is not right.' });
}

import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import { AppError } from '../../common/app-error';
import { AUTH_ERRORS } from '../auth.errors';
import type { Origin } from '../session/login.service';
import { SessionService, type SessionGrant } from '../session/session.service';
import { RefusalJournal } from '../watch/refusal-journal';
import type { Flow } from './flow-cookie';
import { SsoAccounts, type SsoRefusal } from './sso-accounts';
import { SsoFlow } from './sso-flow';

const REASONS: Readonly<Record<SsoRefusal, string>> = {
  domain: 'Your e-mail is not in a domain that may log in here.',
  organization: 'Your account belongs to no organization of this service.',
  unknown_user: 'You have not been invited to this service.',
  no_role: 'None of your groups has a role in this service.',
  plan_limit: 'The organization has no place left for another user.',
  suspended: 'This account is suspended.',
};

/** A session that a log-in at the identity service led to, and where its browser goes next. */
export interface SsoLogin {
  readonly grant: SessionGrant;
  readonly flow: Flow;
}

/** Turns the answer of the identity service into a session of ours, and records it. */
@Injectable()
export class SsoService {
  constructor(
    private readonly flow: SsoFlow,
    private readonly accounts: SsoAccounts,
    private readonly sessions: SessionService,
    private readonly audit: AuditLog,
    private readonly refusals: RefusalJournal,
  ) {}

  async finish(query: URLSearchParams, cookie: string | undefined, origin: Origin): Promise<SsoLogin> {
    const { identity, flow } = await this.flow.finish(query, cookie).catch((error: unknown) => {
      if (error instanceof AppError && error.category === 'authentication')
        this.refusals.note({ action: 'auth.login', reason: error.code, address: origin.address });
      throw error;
    });
    const admission = await this.accounts.admit(identity);
    if (admission.kind === 'refused') {
      const { reason, organizationId } = admission;
      this.refusals.note({
        action: 'auth.login',
        reason: `sso_${reason}`,
        address: origin.address,
        organizationId,
      });
      throw new AppError(reason === 'suspended' ? AUTH_ERRORS.suspended : AUTH_ERRORS.ssoDenied, {
        public: REASONS[reason],
      });
    }
    const { organizationId, userId } = admission.member;
    const grant = await this.sessions.open({ organizationId, userId }, 'sso');
    await this.audit.record({
      organizationId,
      action: 'auth.login',
      outcome: 'success',
      actor: { kind: 'user', userId },
      target: { kind: 'session', id: grant.sessionId },
      details: { method: 'sso', provisioned: admission.isNew },
      requestId: origin.requestId,
      address: origin.address,
    });
    return { grant, flow };
  }
}

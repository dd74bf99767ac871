import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AppError } from '../../common/app-error';
import { networkOf } from '../../common/network-of';
import { ApiKeyHasher } from '../api-key';
import { AUTH_ERRORS } from '../auth.errors';
import { LoginThrottleEntity } from './login-throttle.entity';
import { SessionConfig } from './session.config';

/** Whose password is tried, and from where. */
export interface LoginAttempt {
  /** E-mail, or user id for a change of password. */
  readonly account: string;
  readonly address: string | undefined;
}

const FORGET_AFTER_SECONDS = 86_400;
const ADDRESS_BITS = 64;

/** Counts an attempt and sets the lock it leads to; no row comes back while a lock holds. `$2` is the threshold. */
const TAKE = `
  INSERT INTO login_throttle AS known (subject, failures, last_at, locked_until)
  VALUES ($1, 1, now(), CASE WHEN $2::int <= 1 THEN now() + make_interval(secs => $3::int) END)
  ON CONFLICT (subject) DO UPDATE SET
    failures = CASE WHEN known.last_at < now() - make_interval(secs => $5::int) THEN 1 ELSE known.failures + 1 END,
    last_at = now(),
    locked_until = CASE
      WHEN known.last_at < now() - make_interval(secs => $5::int) OR known.failures + 1 < $2::int THEN NULL
      ELSE now() + make_interval(secs => LEAST($4::float, $3::float * power(2, LEAST(known.failures + 1 - $2::int, 20))))
    END
  WHERE known.locked_until IS NULL OR known.locked_until <= now()
  RETURNING failures`;

/**
 * Slows guessing of passwords down, over all replicas and restarts. An attempt is counted before the password is looked at,
 * so that many at once cannot slip through together, and taken back when it was right. Unknown accounts are counted like
 * known ones, so a lock tells nobody who has an account.
 */
@Injectable()
export class LoginThrottle {
  constructor(
    @InjectRepository(LoginThrottleEntity) private readonly rows: Repository<LoginThrottleEntity>,
    private readonly hasher: ApiKeyHasher,
    private readonly config: SessionConfig,
  ) {}

  /** Throws 429 while the address or the account is locked. */
  async take(attempt: LoginAttempt): Promise<void> {
    await this.count(this.addressSubject(attempt), this.config.lockoutAddressAttempts);
    await this.count(this.accountSubject(attempt), this.config.lockoutAttempts);
  }

  /** The password was right: the account starts afresh; the address only gets this one attempt back. */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    await this.rows.delete({ subject: this.accountSubject(attempt) });
    await this.rows.manager.query(
      `UPDATE login_throttle SET failures = failures - 1,
              locked_until = CASE WHEN failures - 1 < $2 THEN NULL ELSE locked_until END
        WHERE subject = $1 AND failures > 0`,
      [this.addressSubject(attempt), this.config.lockoutAddressAttempts],
    );
  }

  /** Forgets what is older than a day. */
  async deleteOld(): Promise<void> {
    await this.rows.manager.query(
      'DELETE FROM login_throttle WHERE last_at < now() - make_interval(secs => $1)',
      [FORGET_AFTER_SECONDS],
    );
  }

  private async count(subject: string, threshold: number): Promise<void> {
    const { lockoutBaseSeconds, lockoutMaxSeconds } = this.config;
    const counted = await this.rows.manager.query<unknown[]>(TAKE, [
      subject,
      threshold,
      lockoutBaseSeconds,
      lockoutMaxSeconds,
      FORGET_AFTER_SECONDS,
    ]);
    if (counted.length > 0) return;
    const row = await this.rows.findOneBy({ subject });
    const waitMs = (row?.lockedUntil?.getTime() ?? 0) - Date.now();
    throw new AppError(AUTH_ERRORS.tooManyAttempts, {
      public: 'Too many failed log-ins. Please wait before trying again.',
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    });
  }

  private accountSubject({ account }: LoginAttempt): string {
    return this.hasher.hash(`login account ${account.toLowerCase()}`);
  }

  private addressSubject({ address }: LoginAttempt): string {
    return this.hasher.hash(`login address ${networkOf(address, { v4Bits: 32, v6Bits: ADDRESS_BITS })}`);
  }
}

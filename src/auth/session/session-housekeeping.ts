import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LoginThrottle } from './login-throttle';
import { SessionRepository } from './session.repository';

const EVERY_MS = 3_600_000;

/** Deletes rows of sessions and lock-outs that mean nothing any more, once an hour. */
@Injectable()
export class SessionHousekeeping implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('auth');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: SessionRepository,
    private readonly throttle: LoginThrottle,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  private async run(): Promise<void> {
    try {
      await this.sessions.deleteOld();
      await this.throttle.deleteOld();
    } catch {
      this.logger.warn('Old sessions could not be deleted; the next run tries again');
    }
  }
}

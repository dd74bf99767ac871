import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { AuditConfig } from '../audit.config';
import { AuditRetention } from './audit-retention';
import { Eraser } from './eraser';
import { ErasureRepository } from './erasure.repository';

const TURN_MS = 600_000;
const DAY_MS = 86_400_000;

/**
 * Every ten minutes, in every process that runs jobs: erases what was still on its way when a person was erased, and what the
 * retention settings no longer allow. All of it may run twice.
 */
@Injectable()
export class PrivacyUpkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(PrivacyUpkeep.name);
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly erasures: ErasureRepository,
    private readonly eraser: Eraser,
    private readonly retention: AuditRetention,
    private readonly config: AuditConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.turn = this.turn.then(() => this.run());
    }, TURN_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.turn;
  }

  /** One turn. Never rejects: what failed is due again. */
  async run(): Promise<void> {
    try {
      for (const { pseudonym, ...subject } of await this.erasures.findOpen())
        await this.eraser.erase(subject, pseudonym);
      await this.retain();
    } catch (error) {
      this.logger.warn({ err: error }, 'personal data could not be erased; tried again later');
    }
  }

  private async retain(): Promise<void> {
    const { retentionDays, addressDays } = this.config;
    const addresses = addressDays === 0 ? 0 : await this.retention.eraseAddresses(this.daysAgo(addressDays));
    const events = retentionDays === 0 ? 0 : await this.retention.removeEvents(this.daysAgo(retentionDays));
    if (addresses + events > 0)
      this.logger.log({ addresses, events }, 'audit data past its retention was removed');
  }

  private daysAgo(days: number): Date {
    return new Date(this.clock.now() - days * DAY_MS);
  }
}

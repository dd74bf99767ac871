import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { DecisionsConfig } from '../decisions.config';
import { DecisionRepository } from './decision.repository';

const INTERVAL_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/** Drops decisions whose time is over, in the process that runs jobs. */
@Injectable()
export class DecisionRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DecisionRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly decisions: DecisionRepository,
    private readonly config: DecisionsConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.drop(), INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Never rejects: what could not be dropped is dropped at the next turn. */
  async drop(): Promise<void> {
    const first = new Date(this.clock.now() - this.config.retentionDays * DAY_MS);
    try {
      await this.decisions.dropBefore(first.toISOString().slice(0, 10));
    } catch (error) {
      this.logger.warn({ err: error }, 'old routing decisions could not be dropped');
    }
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { FeedbackRepository } from '../feedback/feedback.repository';
import { OutcomeRepository } from '../outcomes/outcome.repository';
import { DecisionsConfig } from '../decisions.config';
import { DecisionRepository } from './decision.repository';

const INTERVAL_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/** Drops decisions and outcomes whose time is over, in the process that runs jobs. */
@Injectable()
export class DecisionRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DecisionRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly decisions: DecisionRepository,
    private readonly outcomes: OutcomeRepository,
    private readonly feedback: FeedbackRepository,
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
      const day = first.toISOString().slice(0, 10);
      await this.decisions.dropBefore(day);
      await this.outcomes.dropBefore(day);
      await this.feedback.dropBefore(day);
    } catch (error) {
      this.logger.warn({ err: error }, 'old routing decisions could not be dropped');
    }
  }
}

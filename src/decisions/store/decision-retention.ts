import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { FeedbackRepository } from '../feedback/feedback.repository';
import { OutcomeRepository } from '../outcomes/outcome.repository';
import { DecisionsConfig } from '../decisions.config';
import { DecisionRepository } from './decision.repository';

/** Soon after the start, for processes that never live until the first turn. */
const FIRST_MS = 60_000;
const INTERVAL_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/** Drops decisions and outcomes whose time is over, a few times a day. */
@Injectable()
export class DecisionRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DecisionRetention.name);
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(
    private readonly decisions: DecisionRepository,
    private readonly outcomes: OutcomeRepository,
    private readonly feedback: FeedbackRepository,
    private readonly config: DecisionsConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const drop = (): void => void this.drop();
    this.timers = [setTimeout(drop, FIRST_MS).unref(), setInterval(drop, INTERVAL_MS).unref()];
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearTimeout(timer);
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

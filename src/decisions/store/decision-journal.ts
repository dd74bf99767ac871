import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Outbox } from '../../platform/outbox/outbox';
import { DecisionsConfig } from '../decisions.config';
import type { DecisionEvent } from './decision-event';

/** A decision that may be kept; packed only when it is. */
export interface NewDecision extends Omit<DecisionEvent, 'record'> {
  /** Kept whatever the sampling says. */
  readonly always: boolean;
  readonly toRecord: () => object;
}

/**
 * Hands decisions to the outbox, beside the request: nobody waits, and a decision that cannot be noted (the
 * outbox is full, and money goes first) is lost with a line in the log.
 */
@Injectable()
export class DecisionJournal {
  private readonly logger = new Logger(DecisionJournal.name);
  private isFailing = false;
  private latest: Promise<void> = Promise.resolve();

  constructor(
    private readonly outbox: Outbox,
    private readonly config: DecisionsConfig,
  ) {}

  /** False when the sampling leaves it out. */
  note({ always, toRecord, ...ids }: NewDecision): boolean {
    if (!always && Math.random() * 1000 >= this.config.samplePermille) return false;
    const payload: DecisionEvent = { ...ids, record: JSON.stringify(toRecord()) };
    const line = { topic: 'decision', kind: 'event', id: ids.decision_id, payload: { ...payload } } as const;
    this.latest = this.outbox.append(line).then(
      () => void (this.isFailing = false),
      (error: unknown) => this.complain(error),
    );
    return true;
  }

  /** Resolves when every decision noted so far is in the outbox or lost: lines are written in order. */
  async drained(): Promise<void> {
    await this.latest;
  }

  private complain(error: unknown): void {
    if (!this.isFailing)
      this.logger.warn(
        `Routing decisions cannot be noted: ${error instanceof AppError ? error.code : 'unknown'}`,
      );
    this.isFailing = true;
  }
}

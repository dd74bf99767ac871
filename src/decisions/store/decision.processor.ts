import { Injectable, Logger } from '@nestjs/common';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { OutcomeRepository } from '../outcomes/outcome.repository';
import { parseOutcomeBatch } from '../outcomes/outcome-count';
import { parseDecisionEvent } from './decision-event';
import { DecisionRepository } from './decision.repository';

/** Stores batches of routing decisions, and books counts of what became of them. */
@Injectable()
export class DecisionProcessor implements JobProcessor {
  readonly queue = 'decision' as const;
  private readonly logger = new Logger(DecisionProcessor.name);

  constructor(
    private readonly decisions: DecisionRepository,
    private readonly outcomes: OutcomeRepository,
  ) {}

  async process(job: { readonly events: readonly unknown[] }): Promise<void> {
    const events = job.events.map(parseDecisionEvent).filter((event) => event !== undefined);
    const batches = job.events.map(parseOutcomeBatch).filter((batch) => batch !== undefined);
    const malformed = job.events.length - events.length - batches.length;
    if (malformed > 0) this.logger.error(`${malformed} malformed events in a job`);
    await this.decisions.append(events);
    for (const batch of batches) await this.outcomes.book(batch);
  }
}

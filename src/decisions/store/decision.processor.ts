import { Injectable, Logger } from '@nestjs/common';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { parseDecisionEvent } from './decision-event';
import { DecisionRepository } from './decision.repository';

/** Stores batches of routing decisions. */
@Injectable()
export class DecisionProcessor implements JobProcessor {
  readonly queue = 'decision' as const;
  private readonly logger = new Logger(DecisionProcessor.name);

  constructor(private readonly decisions: DecisionRepository) {}

  async process(job: { readonly events: readonly unknown[] }): Promise<void> {
    const events = job.events.map(parseDecisionEvent).filter((event) => event !== undefined);
    if (events.length < job.events.length)
      this.logger.error(`${job.events.length - events.length} malformed routing decisions in a job`);
    await this.decisions.append(events);
  }
}

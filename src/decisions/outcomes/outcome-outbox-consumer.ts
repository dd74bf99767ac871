import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OutboxConsumer, OutboxLine } from '../../platform/outbox/outbox-line';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { JobQueues } from '../../platform/queue/job-queues';
import { OutcomeRepository } from './outcome.repository';

/** Carries outcome counts from the outbox to the queue of decisions, and knows which of them are booked. */
@Injectable()
export class OutcomeOutboxConsumer implements OutboxConsumer, OnModuleInit {
  constructor(
    private readonly queues: JobQueues,
    private readonly outcomes: OutcomeRepository,
    private readonly shipper: OutboxShipper,
  ) {}

  onModuleInit(): void {
    this.shipper.register('outcome', this);
  }

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    const [first] = lines;
    if (!first) return;
    const events = lines.map(({ payload }) => payload);
    await this.queues.add('decision', { events }, `${first.id}-${lines.length}`);
  }

  findRecorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.outcomes.findBooked(ids);
  }
}

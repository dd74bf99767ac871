import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OutboxConsumer, OutboxLine } from '../../platform/outbox/outbox-line';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { JobQueues } from '../../platform/queue/job-queues';
import { DecisionRepository } from './decision.repository';

/** Carries decisions from the outbox to the `decision` queue, and knows which of them are stored. */
@Injectable()
export class DecisionOutboxConsumer implements OutboxConsumer, OnModuleInit {
  constructor(
    private readonly queues: JobQueues,
    private readonly decisions: DecisionRepository,
    private readonly shipper: OutboxShipper,
  ) {}

  onModuleInit(): void {
    this.shipper.register('decision', this);
  }

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    const [first] = lines;
    if (!first) return;
    await this.queues.add(
      'decision',
      { events: lines.map(({ payload }) => payload) },
      `${first.id}-${lines.length}`,
    );
  }

  findRecorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.decisions.findRecorded(ids);
  }
}

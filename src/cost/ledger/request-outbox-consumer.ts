import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OutboxConsumer, OutboxLine } from '../../platform/outbox/outbox-line';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { JobQueues } from '../../platform/queue/job-queues';
import { DeadLetterRepository } from './dead-letter.repository';
import { RequestRepository } from './request.repository';

/** Carries the ends of requests from the outbox to the `requests` queue. */
@Injectable()
export class RequestOutboxConsumer implements OutboxConsumer, OnModuleInit {
  constructor(
    private readonly shipper: OutboxShipper,
    private readonly queues: JobQueues,
    private readonly requests: RequestRepository,
    private readonly letters: DeadLetterRepository,
  ) {}

  onModuleInit(): void {
    this.shipper.register('request', this);
  }

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    const [first] = lines;
    if (!first) return;
    const job = { rows: lines.map(({ payload }) => payload), ids: lines.map(({ id }) => id) };
    await this.queues.add('requests', job, `${first.id}-${lines.length}`);
  }

  /** What was refused is kept as a dead letter, and need not be kept by the outbox as well. */
  async findRecorded(requestIds: readonly string[]): Promise<ReadonlySet<string>> {
    const noted = await this.requests.findRecorded(requestIds);
    const missing = requestIds.filter((id) => !noted.has(id));
    return new Set([...noted, ...(await this.letters.findKept('request', missing))]);
  }
}

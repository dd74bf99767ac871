import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { OutboxConsumer, OutboxLine } from '../../platform/outbox/outbox-line';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { JobQueues } from '../../platform/queue/job-queues';
import { parseRequestRow } from './request-row';
import { RequestRepository } from './request.repository';

/** Carries the ends of requests from the outbox to the `requests` queue. */
@Injectable()
export class RequestOutboxConsumer implements OutboxConsumer, OnModuleInit {
  private readonly logger = new Logger(RequestOutboxConsumer.name);

  constructor(
    private readonly shipper: OutboxShipper,
    private readonly queues: JobQueues,
    private readonly requests: RequestRepository,
  ) {}

  onModuleInit(): void {
    this.shipper.register('request', this);
  }

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    const rows = lines.map((line) => parseRequestRow(line.payload)).filter((row) => row !== undefined);
    if (rows.length < lines.length)
      this.logger.error(
        `${lines.length - rows.length} outbox lines are no records of requests; they stay in the spool`,
      );
    const [first] = rows;
    if (first) await this.queues.add('requests', { rows }, `${first.request_id}-${rows.length}`);
  }

  findRecorded(requestIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.requests.findRecorded(requestIds);
  }
}

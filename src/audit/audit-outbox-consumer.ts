import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { OutboxConsumer, OutboxLine } from '../platform/outbox/outbox-line';
import { OutboxShipper } from '../platform/outbox/outbox-shipper';
import { JobQueues } from '../platform/queue/job-queues';
import { parseAuditEntry } from './trail/audit-entry';
import { AuditTrailRepository } from './trail/audit-trail.repository';

/** Carries audit events from the outbox to the `audit` queue, and knows which of them the trail has. */
@Injectable()
export class AuditOutboxConsumer implements OutboxConsumer, OnModuleInit {
  private readonly logger = new Logger(AuditOutboxConsumer.name);

  constructor(
    private readonly shipper: OutboxShipper,
    private readonly queues: JobQueues,
    private readonly trail: AuditTrailRepository,
  ) {}

  onModuleInit(): void {
    this.shipper.register('audit', this);
  }

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    const entries = lines.map((line) => this.entryOf(line)).filter((entry) => entry !== undefined);
    const [first] = entries;
    if (!first) return;
    await this.queues.add('audit', { entries }, `${first.event_id}-${entries.length}`);
  }

  findRecorded(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.trail.findRecorded(eventIds);
  }

  private entryOf(line: OutboxLine): ReturnType<typeof parseAuditEntry> {
    const entry = parseAuditEntry(line.payload);
    if (!entry) this.logger.error(`Outbox line ${line.id} is not an audit event; it stays in the spool`);
    return entry;
  }
}

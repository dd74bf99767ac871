import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { AdoptedLines, OutboxConsumer, OutboxLine } from '../../platform/outbox/outbox-line';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { JobQueues } from '../../platform/queue/job-queues';
import { QuotaStore } from '../../quota/quota-store';
import { AdoptedHolds } from '../holds/adopted-holds';
import { LedgerRepository } from './ledger.repository';
import { parseUsageRow, type UsageRow } from './usage-row';

/** Carries outcomes from the outbox to the `usage` queue, and knows which of them the ledger has. */
@Injectable()
export class UsageOutboxConsumer implements OutboxConsumer, OnModuleInit {
  private readonly logger = new Logger(UsageOutboxConsumer.name);

  constructor(
    private readonly queues: JobQueues,
    private readonly ledger: LedgerRepository,
    private readonly store: QuotaStore,
    private readonly shipper: OutboxShipper,
  ) {}

  onModuleInit(): void {
    this.shipper.register('usage', this);
  }

  async ship(outcomes: readonly OutboxLine[]): Promise<void> {
    const rows = outcomes.map((line) => this.rowOf(line)).filter((row) => row !== undefined);
    const [first] = rows;
    if (!first) return;
    // One job per batch: a queue operation costs as much as inserting two hundred rows. Booking
    // twice is prevented by the ledger's key, so the job id only has to be unique per batch.
    await this.queues.add('usage', { rows }, `${first.attempt_id}-${rows.length}`);
  }

  findRecorded(attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.ledger.findRecorded(attemptIds);
  }

  /** The intent carries the worst case of the call, which the vendor may have billed for all we know. */
  outcomeOfOrphan(intent: OutboxLine): OutboxLine {
    return {
      topic: 'usage',
      kind: 'outcome',
      id: intent.id,
      payload: { ...intent.payload, status: 'unknown', cost_source: 'estimated', error_code: 'process_died' },
    };
  }

  beginAdoption(): AdoptedLines {
    return new AdoptedHolds(this.ledger, this.store);
  }

  private rowOf(line: OutboxLine): UsageRow | undefined {
    const row = parseUsageRow(line.payload);
    if (!row)
      this.logger.error(`Outbox line of attempt ${line.id} is not a usage row; it stays in the spool`);
    return row;
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AdoptedLines, OutboxConsumer, OutboxLine } from '../../platform/outbox/outbox-line';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { JobQueues } from '../../platform/queue/job-queues';
import { QuotaStore } from '../../quota/quota-store';
import { AdoptedHolds } from '../holds/adopted-holds';
import { LeaseRecords } from '../leases/lease-records';
import { DeadLetterRepository } from './dead-letter.repository';
import { LedgerRepository } from './ledger.repository';

/** Carries outcomes from the outbox to the `usage` queue, and knows which of them the ledger has. */
@Injectable()
export class UsageOutboxConsumer implements OutboxConsumer, OnModuleInit {
  constructor(
    private readonly queues: JobQueues,
    private readonly ledger: LedgerRepository,
    private readonly letters: DeadLetterRepository,
    private readonly store: QuotaStore,
    private readonly shipper: OutboxShipper,
    private readonly leases: LeaseRecords,
  ) {}

  onModuleInit(): void {
    this.shipper.register('usage', this);
  }

  async ship(outcomes: readonly OutboxLine[]): Promise<void> {
    const [first] = outcomes;
    if (!first) return;
    // One job per batch: a queue operation costs as much as inserting two hundred rows. Booking
    // twice is prevented by the ledger's key, so the job id only has to be unique per batch.
    const job = { rows: outcomes.map(({ payload }) => payload), ids: outcomes.map(({ id }) => id) };
    await this.queues.add('usage', job, `${first.id}-${outcomes.length}`);
  }

  /** What the ledger refused is kept as a dead letter, and need not be kept by the outbox as well. */
  async findRecorded(attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
    const booked = await this.ledger.findRecorded(attemptIds);
    const missing = attemptIds.filter((id) => !booked.has(id));
    return new Set([...booked, ...(await this.letters.findKept('usage', missing))]);
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

  folderRecorded(name: string): Promise<void> {
    return this.leases.disown(name);
  }
}

import { Injectable } from '@nestjs/common';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { HoldKeeper } from '../holds/hold-keeper';
import { LeaseBook } from '../leases/lease-book';
import { LeaseRecords } from '../leases/lease-records';
import { parseUsageRow, type UsageRow } from '../ledger/usage-row';
import type { Contribution } from './contribution';

/** What this process knows about an organization that is in no database: running holds, calls not in the ledger. */
@Injectable()
export class ReplicaContribution {
  constructor(
    private readonly keeper: HoldKeeper,
    private readonly shipper: OutboxShipper,
    private readonly leases: LeaseBook,
    private readonly records: LeaseRecords,
  ) {}

  async of(organizationId: string): Promise<Contribution> {
    // Holds first: one that ends from now on keeps its place in the list, and is settled in the new generation.
    const holds = [...this.keeper.unendedOf(organizationId), ...this.leases.unendedOf(organizationId)];
    const held = new Set(holds.map(({ holdId }) => holdId));
    const rows: UsageRow[] = [];
    for await (const line of this.shipper.unrecordedLines('usage')) {
      const row = parseUsageRow(line.payload);
      if (row?.organization_id === organizationId && !held.has(row.hold_id)) rows.push(row);
    }
    return { owner: this.records.ownerId, holds, rows };
  }
}

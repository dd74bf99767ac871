import type { AdoptedLines, OutboxLine } from '../../platform/outbox/outbox-line';
import type { QuotaStore } from '../../quota/quota-store';
import type { LedgerRepository } from '../ledger/ledger.repository';
import { parseUsageRow } from '../ledger/usage-row';

const BATCH = 500;
const LEASE = 'lease_';

/**
 * Settles the holds a dead process left behind, once its calls are in the ledger. Settling is
 * idempotent: a hold that was settled before the death stays as it is, an expired one is corrected. Leases have calls
 * of many requests and are settled elsewhere.
 */
export class AdoptedHolds implements AdoptedLines {
  private readonly requestIds = new Set<string>();

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly store: QuotaStore,
  ) {}

  add(outcome: OutboxLine): void {
    const row = parseUsageRow(outcome.payload);
    if (row) this.requestIds.add(row.request_id);
  }

  async finish(): Promise<void> {
    const ids = [...this.requestIds];
    for (let start = 0; start < ids.length; start += BATCH) {
      for (const total of await this.ledger.sumByHold(ids.slice(start, start + BATCH))) {
        if (total.holdId.startsWith(LEASE)) continue;
        await this.store.settle({
          organizationId: total.organizationId,
          holdId: total.holdId,
          actualNanoUsd: total.costNanoUsd,
          actualTokens: total.tokens,
        });
      }
    }
  }
}

import type { DataSource } from 'typeorm';
import { DeadLetterRepository } from '../../src/cost/ledger/dead-letter.repository';
import { ExpiredHoldRows } from '../../src/cost/ledger/expired-hold-rows';
import { LedgerRepository } from '../../src/cost/ledger/ledger.repository';
import { Reconciliation } from '../../src/cost/ledger/reconciliation';
import { UsageProcessor } from '../../src/cost/ledger/usage.processor';
import { silentMetrics } from './cost-kit';

/** What books calls, on a real database. */
export function usageProcessorOn(
  dataSource: DataSource,
  letters = new DeadLetterRepository(dataSource),
): UsageProcessor {
  const expired = new ExpiredHoldRows(dataSource, new Reconciliation(dataSource));
  return new UsageProcessor(new LedgerRepository(dataSource), expired, letters, silentMetrics());
}

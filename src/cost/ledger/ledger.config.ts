import { Setting } from '../../platform/config/setting';
import { integer } from '../../platform/config/setting-types';

/** How long the books are kept. */
export class LedgerConfig {
  static readonly section = 'Ledger';

  @Setting({
    env: 'LEDGER_RETENTION_MONTHS',
    type: integer({ min: 13, max: 1_200 }),
    default: 25,
    describe:
      'Whole months the calls and requests of the ledger are kept after the month they were made in. Yearly budgets need 13.',
  })
  readonly ledgerMonths: number;

  @Setting({
    env: 'ROLLUP_HOURLY_RETENTION_DAYS',
    type: integer({ min: 8, max: 36_500 }),
    default: 100,
    describe: 'Days for which analytics by the hour and latencies are kept.',
  })
  readonly hourlyDays: number;

  @Setting({
    env: 'ROLLUP_DAILY_RETENTION_MONTHS',
    type: integer({ min: 1, max: 1_200 }),
    default: 61,
    describe:
      'Months for which analytics by the day are kept; they outlive the ledger they were computed from.',
  })
  readonly dailyMonths: number;
}

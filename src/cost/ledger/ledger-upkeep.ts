import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { LedgerConfig } from './ledger.config';

const EVERY_MS = 3_600_000;
const MONTHS_AHEAD = 3;
const LOCK_TIMEOUT_MS = 2_000;

/**
 * Makes the ledger's partitions ahead of time and drops those that are older than they must be kept. Roll-ups
 * have their own, longer lives: dropping a partition leaves them as they are.
 */
@Injectable()
export class LedgerUpkeep implements PeriodicTask {
  readonly name = 'ledger-upkeep';
  readonly everyMs = EVERY_MS;
  private readonly logger = new Logger(LedgerUpkeep.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: LedgerConfig,
  ) {}

  async run(): Promise<void> {
    await this.makePartitions();
    for (const table of ['usage_record', 'request_record']) await this.dropOld(table);
    await this.forgetOldRollups();
  }

  private async makePartitions(): Promise<void> {
    await this.dataSource.query(
      `SELECT ensure_usage_partition(day), ensure_request_partition(day)
       FROM (SELECT (date_trunc('month', now()) + make_interval(months => ahead))::date AS day
             FROM generate_series(0, $1) AS ahead) AS months`,
      [MONTHS_AHEAD],
    );
  }

  private async dropOld(table: string): Promise<void> {
    const old = await this.dataSource.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = $1::regclass AND relname ~ '_[0-9]{4}_[0-9]{2}$'
         AND to_date(right(relname, 7), 'YYYY_MM') < date_trunc('month', now()) - make_interval(months => $2)
       ORDER BY 1`,
      [table, this.config.ledgerMonths],
    );
    for (const { name } of old) {
      await this.dataSource.transaction(async (manager) => {
        // Dropping waits for readers, and everybody else would wait behind it: rather try again in an hour.
        await manager.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
        await manager.query(`DROP TABLE ${manager.dataSource.driver.escape(name)}`);
      });
      this.logger.log(`Dropped ${name}: older than LEDGER_RETENTION_MONTHS`);
    }
  }

  private async forgetOldRollups(): Promise<void> {
    const { hourlyDays, dailyMonths } = this.config;
    const hours = 'now() - make_interval(days => $1)';
    await this.dataSource.query(`DELETE FROM usage_rollup_hour WHERE bucket < ${hours}`, [hourlyDays]);
    await this.dataSource.query(`DELETE FROM latency_rollup WHERE hour < ${hours}`, [hourlyDays]);
    await this.dataSource.query(
      'DELETE FROM usage_rollup_day WHERE bucket < now() - make_interval(months => $1)',
      [dailyMonths],
    );
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { MetricsService } from '../../telemetry/metrics.service';
import { LedgerRepository } from './ledger.repository';
import { parseUsageRow, type UsageRow } from './usage-row';

/** SQLSTATE classes of data the database does not take: wrong values, broken constraints. */
const REFUSALS = /^(?:22|23)/;

/**
 * Books batches of usage rows. A row the database refuses must not keep its neighbours from being
 * booked: when a batch fails, each row is tried alone and the failing ones stay with the job.
 */
@Injectable()
export class UsageProcessor implements JobProcessor {
  readonly queue = 'usage' as const;
  private readonly logger = new Logger(UsageProcessor.name);

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly metrics: MetricsService,
  ) {}

  async process(job: { readonly rows: readonly unknown[] }): Promise<void> {
    const rows = job.rows.map(parseUsageRow).filter((row) => row !== undefined);
    if (rows.length < job.rows.length)
      this.logger.error(`${job.rows.length - rows.length} malformed usage rows in a job`);
    try {
      await this.append(rows);
    } catch (error) {
      if (rows.length <= 1 || !isRefusal(error)) throw error;
      await this.appendOneByOne(rows);
    }
  }

  private async append(rows: readonly UsageRow[]): Promise<void> {
    const booked = await this.ledger.append(rows);
    this.metrics.usageRecorded(booked.size);
  }

  private async appendOneByOne(rows: readonly UsageRow[]): Promise<void> {
    const failures: unknown[] = [];
    for (const row of rows) {
      try {
        await this.append([row]);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} of ${rows.length} usage rows were refused`);
  }
}

/** True when the data is the reason; with a database that is away, one row after the other would only fail more slowly. */
function isRefusal(error: unknown): boolean {
  const code: unknown =
    error instanceof QueryFailedError ? Reflect.get(error.driverError, 'code') : undefined;
  return typeof code === 'string' && REFUSALS.test(code);
}

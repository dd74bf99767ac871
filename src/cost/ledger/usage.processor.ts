import { Injectable } from '@nestjs/common';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { MetricsService } from '../../telemetry/metrics.service';
import { DeadLetterRepository } from './dead-letter.repository';
import { ExpiredHoldRows } from './expired-hold-rows';
import { LedgerRepository } from './ledger.repository';
import { RowProcessor } from './row-processor';
import { parseUsageRow, type UsageRow } from './usage-row';

/** Books calls to vendors in batches. */
@Injectable()
export class UsageProcessor extends RowProcessor<UsageRow> implements JobProcessor {
  readonly queue = 'usage' as const;
  protected readonly topic = 'usage' as const;
  protected readonly idField = 'attempt_id';

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly expired: ExpiredHoldRows,
    letters: DeadLetterRepository,
    metrics: MetricsService,
  ) {
    super(letters, metrics);
  }

  protected parse(value: unknown): UsageRow | undefined {
    return parseUsageRow(value);
  }

  protected async book(rows: readonly UsageRow[]): Promise<void> {
    const booked = await this.ledger.append(rows);
    this.metrics.usageRecorded(booked.size);
    await this.expired.replaced(new Set(rows.map((row) => row.hold_id)));
  }
}

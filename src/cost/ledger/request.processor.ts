import { Injectable } from '@nestjs/common';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { MetricsService } from '../../telemetry/metrics.service';
import { DeadLetterRepository } from './dead-letter.repository';
import { parseRequestRow, type RequestRow } from './request-row';
import { RequestRepository } from './request.repository';
import { RowProcessor } from './row-processor';

/** Notes in batches how requests ended. */
@Injectable()
export class RequestProcessor extends RowProcessor<RequestRow> implements JobProcessor {
  readonly queue = 'requests' as const;
  protected readonly topic = 'request' as const;
  protected readonly idField = 'request_id';

  constructor(
    private readonly requests: RequestRepository,
    letters: DeadLetterRepository,
    metrics: MetricsService,
  ) {
    super(letters, metrics);
  }

  protected parse(value: unknown): RequestRow | undefined {
    return parseRequestRow(value);
  }

  protected async book(rows: readonly RequestRow[]): Promise<void> {
    await this.requests.book(rows);
  }
}

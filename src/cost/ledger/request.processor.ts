import { Injectable, Logger } from '@nestjs/common';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { parseRequestRow } from './request-row';
import { RequestRepository } from './request.repository';

/** Notes in batches how requests ended. */
@Injectable()
export class RequestProcessor implements JobProcessor {
  readonly queue = 'requests' as const;
  private readonly logger = new Logger(RequestProcessor.name);

  constructor(private readonly requests: RequestRepository) {}

  async process(job: { readonly rows: readonly unknown[] }): Promise<void> {
    const rows = job.rows.map(parseRequestRow).filter((row) => row !== undefined);
    if (rows.length < job.rows.length)
      this.logger.error(`${job.rows.length - rows.length} malformed records of requests in a job`);
    await this.requests.book(rows);
  }
}

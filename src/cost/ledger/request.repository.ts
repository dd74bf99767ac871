import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { timeOfId } from '../../common/ids';
import type { RequestRow } from './request-row';

/** Notes how requests ended. The record of a request also exists without this, as the sum of its attempts. */
@Injectable()
export class RequestRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Books rows; a request that is noted already stays as it is. Returns how many were new. */
  async book(rows: readonly RequestRow[]): Promise<number> {
    if (rows.length === 0) return 0;
    const [answer] = await this.dataSource.query<{ booked: number }[]>(
      'SELECT book_requests($1::jsonb) AS booked',
      [JSON.stringify(rows)],
    );
    return answer?.booked ?? 0;
  }

  /** Which of these requests are noted. */
  async findRecorded(requestIds: readonly string[]): Promise<ReadonlySet<string>> {
    const days = [...new Set(requestIds.flatMap((id) => dayOf(id) ?? []))];
    const rows = await this.dataSource.query<{ request_id: string }[]>(
      `SELECT request_id FROM request_record
       WHERE request_id = ANY($1::text[]) AND requested_on = ANY($2::date[]) AND closed_at IS NOT NULL`,
      [requestIds, days],
    );
    return new Set(rows.map((row) => row.request_id));
  }
}

function dayOf(requestId: string): string | undefined {
  const time = timeOfId(requestId);
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 10);
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
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
}

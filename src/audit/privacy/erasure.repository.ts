import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import type { DataSubject } from './personal-data.repository';

/** An erasure whose late rows are still looked for. */
export interface OpenErasure extends DataSubject {
  readonly pseudonym: string;
}

/** Remembers erasures for a day. */
@Injectable()
export class ErasureRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async begin({ organizationId, userId }: DataSubject, pseudonym: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO privacy_erasure (organization_id, pseudonym, user_id, requested_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (organization_id, pseudonym) DO UPDATE SET requested_at = excluded.requested_at`,
      [organizationId, pseudonym, userId],
    );
  }

  /** Erasures of the last day; older ones forget whom they were about. */
  async findOpen(): Promise<readonly OpenErasure[]> {
    await this.dataSource.query(
      `UPDATE privacy_erasure SET user_id = NULL WHERE user_id IS NOT NULL AND requested_at < now() - interval '1 day'`,
    );
    const rows: unknown = await this.dataSource.query(
      'SELECT organization_id, user_id, pseudonym FROM privacy_erasure WHERE user_id IS NOT NULL',
    );
    return (Array.isArray(rows) ? rows.filter(isJsonObject) : []).map((row) => ({
      organizationId: String(row['organization_id']),
      userId: String(row['user_id']),
      pseudonym: String(row['pseudonym']),
    }));
  }
}

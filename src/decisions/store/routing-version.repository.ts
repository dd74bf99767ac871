import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';

/** What records refer to by version. */
export type VersionKind = 'catalog' | 'profile';

/** Keeps every catalogue and profile that a decision was made with, so that old records can be replayed. */
@Injectable()
export class RoutingVersionRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async keep(kind: VersionKind, version: string, content: string): Promise<void> {
    await this.dataSource.query(
      'INSERT INTO routing_version (kind, version, content) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING',
      [kind, version, content],
    );
  }

  async find(kind: VersionKind, version: string): Promise<unknown> {
    const rows: unknown = await this.dataSource.query(
      'SELECT content FROM routing_version WHERE kind = $1 AND version = $2',
      [kind, version],
    );
    const first: unknown = Array.isArray(rows) ? rows[0] : undefined;
    return isJsonObject(first) ? first['content'] : undefined;
  }
}

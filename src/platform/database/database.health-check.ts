import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { HealthCheck, HealthCheckResult } from '../lifecycle/health-check';

/** Ready when the database answers. */
@Injectable()
export class DatabaseHealthCheck implements HealthCheck {
  readonly name = 'database';

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async check(): Promise<HealthCheckResult> {
    await this.dataSource.query('SELECT 1');
    return { ok: true };
  }
}

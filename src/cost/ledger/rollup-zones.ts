import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PeriodicTask } from '../../platform/queue/periodic-task';

const EVERY_MS = 60_000;

const MOVED = `
  SELECT zone.organization_id AS id, organization.time_zone AS zone
  FROM rollup_zone AS zone JOIN organization ON organization.id = zone.organization_id
  WHERE organization.time_zone <> zone.time_zone
    AND EXISTS (SELECT FROM pg_timezone_names WHERE name = organization.time_zone)`;

/** Computes the roll-ups of an organization anew when it moves to another time zone: its days begin at other instants then. */
@Injectable()
export class RollupZones implements PeriodicTask {
  readonly name = 'rollup-zones';
  readonly everyMs = EVERY_MS;
  private readonly logger = new Logger(RollupZones.name);

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async run(): Promise<void> {
    for (const { id, zone } of await this.dataSource.query<{ id: string; zone: string }[]>(MOVED)) {
      await this.dataSource.transaction(async (manager) => {
        await manager.query('SET LOCAL statement_timeout = 0');
        await manager.query('SELECT lock_rollups(ARRAY[$1])', [id]);
        await manager.query('UPDATE rollup_zone SET time_zone = $2 WHERE organization_id = $1', [id, zone]);
        await manager.query("SELECT rebuild_rollups($1, '-infinity', 'infinity')", [id]);
      });
      this.logger.log(`Rolled the ledger of ${id} up again in ${zone}`);
    }
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { CheckpointRepository } from '../checkpoints/checkpoint.repository';

const ERASE_BATCH = 5_000;

/** Removes what is older than it should be, in a way that verification can tell from tampering. */
@Injectable()
export class AuditRetention {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly checkpoints: CheckpointRepository,
  ) {}

  /** Takes the client addresses out of events before the given time. */
  async eraseAddresses(before: Date): Promise<number> {
    let total = 0;
    for (;;) {
      const rows: unknown = await this.dataSource.query(
        `WITH cleared AS (
           UPDATE audit_event SET address = NULL, address_salt = NULL WHERE (organization_id, sequence) IN
             (SELECT organization_id, sequence FROM audit_event
              WHERE address IS NOT NULL AND recorded_at < $1 LIMIT ${ERASE_BATCH}) RETURNING 1)
         SELECT count(*)::int AS n FROM cleared`,
        [before.toISOString()],
      );
      const count = Number(toObjects(rows)[0]?.['n']);
      total += count;
      if (count < ERASE_BATCH) return total;
    }
  }

  /**
   * Removes events recorded before the given time, always from the beginning of a trail, and signs where the trail begins
   * from then on; both or neither. Does nothing without a signing key. Returns how many events went.
   */
  async removeEvents(before: Date): Promise<number> {
    if (!this.checkpoints.canSign) return 0;
    const rows: unknown = await this.dataSource.query(
      `SELECT organization_id FROM audit_chain c WHERE EXISTS (
         SELECT FROM audit_event e WHERE e.organization_id = c.organization_id AND e.sequence = c.first_sequence
            AND e.recorded_at < $1)`,
      [before.toISOString()],
    );
    let total = 0;
    for (const row of toObjects(rows)) total += await this.removeFrom(String(row['organization_id']), before);
    return total;
  }

  private removeFrom(organizationId: string, before: Date): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT FROM audit_chain WHERE organization_id = $1 FOR UPDATE', [organizationId]);
      const found: unknown = await manager.query(
        `SELECT sequence::text AS sequence, hash FROM audit_event WHERE organization_id = $1 AND recorded_at < $2
         ORDER BY audit_event.sequence DESC LIMIT 1`,
        [organizationId, before.toISOString()],
      );
      const [last] = toObjects(found);
      if (!last) return 0;
      const removed: unknown = await manager.query(
        `WITH removed AS (DELETE FROM audit_event WHERE organization_id = $1 AND sequence <= $2 RETURNING 1)
         SELECT count(*)::int AS n FROM removed`,
        [organizationId, last['sequence']],
      );
      await manager.query(
        'UPDATE audit_chain SET first_sequence = $2::bigint + 1, first_previous_hash = $3 WHERE organization_id = $1',
        [organizationId, last['sequence'], last['hash']],
      );
      await this.checkpoints.make(organizationId, manager);
      return Number(toObjects(removed)[0]?.['n']);
    });
  }
}

function toObjects(rows: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}

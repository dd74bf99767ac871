import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { SELECT_RESOLVED, toResolvedRows, type ResolvedAuditRow } from '../trail/resolved-audit-row';

const MOST_TRAILS = 100;
const LEASE = `interval '60 seconds'`;

/** A trail with events that a destination does not have yet. */
export interface ExportBacklog {
  readonly organizationId: string;
  readonly position: string;
}

export interface DeadLetter {
  readonly organizationId: string;
  readonly sequence: string;
}

export interface ExportStatus {
  readonly destination: string;
  readonly backlog: number;
  readonly deadLetters: number;
}

/** How far each destination has got, which process serves it, and what it refused. */
@Injectable()
export class ExportRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** True when this process may export to the destination for the next minute. */
  async lease(destination: string, holder: string): Promise<boolean> {
    const rows: unknown = await this.dataSource.query(
      `INSERT INTO audit_export_lease AS l (destination, holder, expires_at) VALUES ($1, $2, now() + ${LEASE})
       ON CONFLICT (destination) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
       WHERE l.holder = excluded.holder OR l.expires_at < now() RETURNING holder`,
      [destination, holder],
    );
    return toObjects(rows).length > 0;
  }

  async release(destination: string, holder: string): Promise<void> {
    await this.dataSource.query('DELETE FROM audit_export_lease WHERE destination = $1 AND holder = $2', [
      destination,
      holder,
    ]);
  }

  async findBacklogs(destination: string): Promise<readonly ExportBacklog[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT c.organization_id, greatest(coalesce(x.position, 0), c.first_sequence - 1)::text AS position
       FROM audit_chain c
       LEFT JOIN audit_export x ON x.organization_id = c.organization_id AND x.destination = $1
       WHERE c.last_sequence > coalesce(x.position, 0) LIMIT ${MOST_TRAILS}`,
      [destination],
    );
    return toObjects(rows).map((row) => ({
      organizationId: String(row['organization_id']),
      position: String(row['position']),
    }));
  }

  /** The next events of a trail in order. Numbers are given out under a lock, so none can appear before one seen here. */
  async next(
    { organizationId, position }: ExportBacklog,
    limit: number,
  ): Promise<readonly ResolvedAuditRow[]> {
    const rows: unknown = await this.dataSource.query(
      `${SELECT_RESOLVED} WHERE e.organization_id = $1 AND e.sequence > $2 ORDER BY e.sequence LIMIT ${limit}`,
      [organizationId, position],
    );
    return toResolvedRows(rows);
  }

  async find({ organizationId, sequence }: DeadLetter): Promise<ResolvedAuditRow | undefined> {
    const rows: unknown = await this.dataSource.query(
      `${SELECT_RESOLVED} WHERE e.organization_id = $1 AND e.sequence = $2`,
      [organizationId, sequence],
    );
    return toResolvedRows(rows)[0];
  }

  async advance(destination: string, organizationId: string, position: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO audit_export AS x (destination, organization_id, position) VALUES ($1, $2, $3)
       ON CONFLICT (destination, organization_id) DO UPDATE SET position = greatest(x.position, excluded.position)`,
      [destination, organizationId, position],
    );
  }

  async addDeadLetter(destination: string, letter: DeadLetter, reason: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO audit_export_dead_letter (destination, organization_id, sequence, reason, refused_at)
       VALUES ($1, $2, $3, $4, now())
       ON CONFLICT (destination, organization_id, sequence)
       DO UPDATE SET reason = excluded.reason, refused_at = excluded.refused_at, retry = false`,
      [destination, letter.organizationId, letter.sequence, reason],
    );
  }

  async findRetries(destination: string): Promise<readonly DeadLetter[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT organization_id, sequence::text AS sequence FROM audit_export_dead_letter
       WHERE destination = $1 AND retry ORDER BY refused_at LIMIT ${MOST_TRAILS}`,
      [destination],
    );
    return toObjects(rows).map((row) => ({
      organizationId: String(row['organization_id']),
      sequence: String(row['sequence']),
    }));
  }

  async removeDeadLetter(destination: string, { organizationId, sequence }: DeadLetter): Promise<void> {
    await this.dataSource.query(
      'DELETE FROM audit_export_dead_letter WHERE destination = $1 AND organization_id = $2 AND sequence = $3',
      [destination, organizationId, sequence],
    );
  }

  /** Every refused event is to be tried once more. Returns how many there are. */
  async requestRetry(destination: string): Promise<number> {
    const rows: unknown = await this.dataSource.query(
      `WITH asked AS (UPDATE audit_export_dead_letter SET retry = true WHERE destination = $1 RETURNING 1)
       SELECT count(*)::int AS n FROM asked`,
      [destination],
    );
    return Number(toObjects(rows)[0]?.['n']);
  }

  async status(destination: string): Promise<ExportStatus> {
    const rows: unknown = await this.dataSource.query(
      `SELECT coalesce(sum(c.last_sequence - greatest(coalesce(x.position, 0), c.first_sequence - 1)), 0)::text AS backlog,
              (SELECT count(*) FROM audit_export_dead_letter d WHERE d.destination = $1)::int AS dead
       FROM audit_chain c
       LEFT JOIN audit_export x ON x.organization_id = c.organization_id AND x.destination = $1`,
      [destination],
    );
    const [row] = toObjects(rows);
    return { destination, backlog: Number(row?.['backlog']), deadLetters: Number(row?.['dead']) };
  }
}

function toObjects(rows: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}

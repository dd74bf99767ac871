import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../common/clock';
import { isJsonObject } from '../../common/json';
import { AuditKeys } from './audit-keys';
import { parseCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint';

const COLUMNS = `
  organization_id, sequence::text AS sequence, hash, first_sequence::text AS first_sequence, first_previous_hash,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at, key_id, public_key, signature`;
const MOST_DUE = 200;

/** Makes and reads checkpoints. */
@Injectable()
export class CheckpointRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly keys: AuditKeys,
    private readonly clock: Clock,
  ) {}

  get canSign(): boolean {
    return this.keys.current !== undefined;
  }

  /** Signs the present end of a trail; undefined when it is empty or there is no key. Repeating it does no harm. */
  async make(
    organizationId: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Checkpoint | undefined> {
    const key = this.keys.current;
    const rows: unknown = await manager.query(
      `SELECT organization_id, last_sequence::text AS sequence, last_hash AS hash,
              first_sequence::text AS first_sequence, first_previous_hash
       FROM audit_chain WHERE organization_id = $1 AND last_sequence > 0`,
      [organizationId],
    );
    const [facts] = Array.isArray(rows) ? rows.filter(isJsonObject) : [];
    if (!key || !facts) return undefined;
    const checkpoint = signCheckpoint(
      {
        organization_id: organizationId,
        sequence: String(facts['sequence']),
        hash: String(facts['hash']),
        first_sequence: String(facts['first_sequence']),
        first_previous_hash: String(facts['first_previous_hash']),
        created_at: new Date(this.clock.now()).toISOString(),
      },
      key,
    );
    await store(manager, checkpoint);
    // Another process may have signed the same end a moment before; then its checkpoint is the one that is kept.
    return (await findStored(manager, checkpoint)) ?? checkpoint;
  }

  /** Organizations with events that no checkpoint made since the given time covers. */
  async findDue(before: Date): Promise<readonly string[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT organization_id FROM audit_chain
       WHERE last_sequence > checkpoint_sequence AND (checkpointed_at IS NULL OR checkpointed_at < $1)
       LIMIT ${MOST_DUE}`,
      [before.toISOString()],
    );
    return (Array.isArray(rows) ? rows.filter(isJsonObject) : []).map((row) =>
      String(row['organization_id']),
    );
  }

  /** All checkpoints of an organization, by sequence. */
  async findAll(organizationId: string): Promise<readonly Checkpoint[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM audit_checkpoint c WHERE organization_id = $1 ORDER BY c.sequence, c.created_at`,
      [organizationId],
    );
    return toCheckpoints(rows);
  }

  /** The newest first, one more than `limit`. */
  async findPage(
    organizationId: string,
    { before, limit }: { readonly before: string | undefined; readonly limit: number },
  ): Promise<readonly Checkpoint[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM audit_checkpoint c WHERE organization_id = $1 AND ($2::bigint IS NULL OR c.sequence < $2)
       ORDER BY c.sequence DESC, c.created_at DESC LIMIT ${limit + 1}`,
      [organizationId, before ?? null],
    );
    return toCheckpoints(rows);
  }

  /** Checkpoints an anchor does not have yet, oldest first. */
  async findUnanchored(anchor: string, limit: number): Promise<readonly Checkpoint[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM audit_checkpoint c WHERE NOT ($1 = ANY(anchored)) ORDER BY c.created_at, c.sequence LIMIT ${limit}`,
      [anchor],
    );
    return toCheckpoints(rows);
  }

  async markAnchored(anchor: string, checkpoints: readonly Checkpoint[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE audit_checkpoint c SET anchored = array_append(anchored, $1)
       FROM jsonb_to_recordset($2::jsonb) AS r(organization_id text, sequence bigint, first_sequence bigint, key_id text)
       WHERE c.organization_id = r.organization_id AND c.sequence = r.sequence
         AND c.first_sequence = r.first_sequence AND c.key_id = r.key_id AND NOT ($1 = ANY(anchored))`,
      [anchor, JSON.stringify(checkpoints)],
    );
  }
}

function toCheckpoints(rows: unknown): readonly Checkpoint[] {
  return Array.isArray(rows) ? rows.map(parseCheckpoint).filter((found) => found !== undefined) : [];
}

async function store(manager: EntityManager, checkpoint: Checkpoint): Promise<void> {
  await manager.query(
    `INSERT INTO audit_checkpoint (
       organization_id, sequence, hash, first_sequence, first_previous_hash, created_at, key_id, public_key, signature)
     SELECT organization_id, sequence, hash, first_sequence, first_previous_hash, created_at, key_id, public_key, signature
     FROM jsonb_to_record($1::jsonb) AS r(
       organization_id text, sequence bigint, hash text, first_sequence bigint, first_previous_hash text,
       created_at timestamptz, key_id text, public_key text, signature text)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(checkpoint)],
  );
  await manager.query(
    `UPDATE audit_chain SET checkpoint_sequence = $2, checkpointed_at = $3
     WHERE organization_id = $1 AND checkpoint_sequence < $2`,
    [checkpoint.organization_id, checkpoint.sequence, checkpoint.created_at],
  );
}

async function findStored(
  manager: EntityManager,
  { organization_id, sequence, first_sequence, key_id }: Checkpoint,
): Promise<Checkpoint | undefined> {
  const rows: unknown = await manager.query(
    `SELECT ${COLUMNS} FROM audit_checkpoint c
     WHERE organization_id = $1 AND c.sequence = $2 AND c.first_sequence = $3 AND key_id = $4`,
    [organization_id, sequence, first_sequence, key_id],
  );
  return toCheckpoints(rows)[0];
}

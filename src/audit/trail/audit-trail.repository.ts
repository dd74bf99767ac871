import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../common/clock';
import { isJsonObject, type JsonObject } from '../../common/json';
import type { AuditEntry } from './audit-entry';
import { GENESIS_HASH, hashOfAddress, hashOfRow, type AuditRow } from './audit-row';
import { subjectOf, userIdsIn, withSubjects } from './audit-subject';

const SECRET_BYTES = 24;

const INSERT_ROWS = `
  INSERT INTO audit_event (
    organization_id, sequence, event_id, occurred_at, recorded_at, action, outcome, actor_kind, actor_subject,
    api_key_id, target_kind, target_id, request_id, data, address, address_salt, address_hash, previous_hash, hash)
  SELECT
    organization_id, sequence, event_id, occurred_at, recorded_at, action, outcome, actor_kind, actor_subject,
    api_key_id, target_kind, target_id, request_id, data, address, address_salt, address_hash, previous_hash, hash
  FROM jsonb_to_recordset($1::jsonb) AS r(
    organization_id text, sequence bigint, event_id text, occurred_at timestamptz, recorded_at timestamptz,
    action text, outcome text, actor_kind text, actor_subject text, api_key_id text, target_kind text,
    target_id text, request_id text, data jsonb, address text, address_salt text, address_hash text,
    previous_hash text, hash text)`;

/** The end of an organization's chain. */
export interface ChainHead {
  readonly sequence: bigint;
  readonly hash: string;
}

export interface AppendedEvents {
  /** How many were new. */
  readonly count: number;
  readonly head: ChainHead;
  /** The last event that a checkpoint covers. */
  readonly checkpointSequence: bigint;
}

/**
 * Appends to the trail. Writers of one organization take turns by the lock on its chain row, so that every event
 * follows the one before it, however many workers there are; an event that is in the trail is left as it is.
 */
@Injectable()
export class AuditTrailRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Appends events of one organization in the order given, all or none of them. */
  append(organizationId: string, entries: readonly AuditEntry[]): Promise<AppendedEvents> {
    return this.dataSource.transaction(async (manager) => {
      const { head, checkpointSequence } = await lockChain(manager, organizationId);
      const fresh = await withoutKnown(manager, entries);
      if (fresh.length === 0) return { count: 0, head, checkpointSequence };
      const subjects = await ensureSubjects(manager, organizationId, fresh);
      const rows = chain({ head, entries: fresh, subjects, now: new Date(this.clock.now()) });
      await manager.query(INSERT_ROWS, [JSON.stringify(rows)]);
      const last = { sequence: head.sequence + BigInt(rows.length), hash: rows.at(-1)?.hash ?? head.hash };
      await manager.query(
        'UPDATE audit_chain SET last_sequence = $2, last_hash = $3 WHERE organization_id = $1',
        [organizationId, last.sequence.toString(), last.hash],
      );
      return { count: rows.length, head: last, checkpointSequence };
    });
  }

  /** Which of these events are in the trail. */
  async findRecorded(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (eventIds.length === 0) return new Set();
    const rows: unknown = await this.dataSource.query(
      'SELECT event_id FROM audit_event WHERE event_id = ANY($1::text[])',
      [eventIds],
    );
    return new Set(toObjects(rows).map((row) => String(row['event_id'])));
  }
}

async function lockChain(
  manager: EntityManager,
  organizationId: string,
): Promise<{ head: ChainHead; checkpointSequence: bigint }> {
  await manager.query(
    `INSERT INTO audit_chain (organization_id, first_previous_hash, last_hash) VALUES ($1, $2, $2)
     ON CONFLICT (organization_id) DO NOTHING`,
    [organizationId, GENESIS_HASH],
  );
  const rows: unknown = await manager.query(
    `SELECT last_sequence::text AS sequence, last_hash AS hash, checkpoint_sequence::text AS covered
     FROM audit_chain WHERE organization_id = $1 FOR UPDATE`,
    [organizationId],
  );
  const [row] = toObjects(rows);
  return {
    head: { sequence: BigInt(String(row?.['sequence'])), hash: String(row?.['hash']) },
    checkpointSequence: BigInt(String(row?.['covered'])),
  };
}

/** Those the trail does not have yet, each once. */
async function withoutKnown(
  manager: EntityManager,
  entries: readonly AuditEntry[],
): Promise<readonly AuditEntry[]> {
  const byId = new Map(entries.map((entry) => [entry.event_id, entry]));
  const rows: unknown = await manager.query(
    'SELECT event_id FROM audit_event WHERE event_id = ANY($1::text[])',
    [[...byId.keys()]],
  );
  for (const row of toObjects(rows)) byId.delete(String(row['event_id']));
  return [...byId.values()];
}

/** The pseudonym of every user the events name; made for those that have none. */
async function ensureSubjects(
  manager: EntityManager,
  organizationId: string,
  entries: readonly AuditEntry[],
): Promise<ReadonlyMap<string, string>> {
  const users = new Set<string>();
  for (const entry of entries) {
    if (entry.user_id !== null) users.add(entry.user_id);
    userIdsIn([entry.target_id, entry.data], users);
  }
  if (users.size === 0) return new Map();
  const known: unknown = await manager.query(
    'SELECT user_id, subject FROM audit_subject WHERE organization_id = $1 AND user_id = ANY($2::text[])',
    [organizationId, [...users]],
  );
  const subjects = new Map(
    toObjects(known).map((row) => [String(row['user_id']), String(row['subject'])] as const),
  );
  for (const userId of users) {
    if (subjects.has(userId)) continue;
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    const subject = subjectOf(secret, userId);
    await manager.query(
      'INSERT INTO audit_subject (organization_id, subject, user_id, secret) VALUES ($1, $2, $3, $4)',
      [organizationId, subject, userId, secret],
    );
    subjects.set(userId, subject);
  }
  return subjects;
}

interface ChainInput {
  readonly head: ChainHead;
  readonly entries: readonly AuditEntry[];
  readonly subjects: ReadonlyMap<string, string>;
  readonly now: Date;
}

function chain({ head, entries, subjects, now }: ChainInput): readonly AuditRow[] {
  let { sequence, hash } = head;
  return entries.map((entry) => {
    sequence += 1n;
    const row = toRow(entry, subjects, { sequence, previousHash: hash, now });
    hash = row.hash;
    return row;
  });
}

function toRow(
  entry: AuditEntry,
  subjects: ReadonlyMap<string, string>,
  place: { readonly sequence: bigint; readonly previousHash: string; readonly now: Date },
): AuditRow {
  const { user_id: userId, target_id: targetId, address, ...same } = entry;
  const salt = address === null ? null : randomBytes(SECRET_BYTES).toString('hex');
  const row = {
    ...same,
    sequence: place.sequence.toString(),
    occurred_at: withMicroseconds(entry.occurred_at),
    recorded_at: withMicroseconds(place.now.toISOString()),
    actor_subject: userId === null ? null : (subjects.get(userId) ?? null),
    target_id: targetId === null ? null : (subjects.get(targetId) ?? targetId),
    data: withSubjects(entry.data, subjects),
    address,
    address_salt: salt,
    address_hash: address === null || salt === null ? null : hashOfAddress(salt, address),
    previous_hash: place.previousHash,
  };
  return { ...row, hash: hashOfRow(row) };
}

/** The table keeps microseconds; so does the hashed form, or a change of them would go unnoticed. */
function withMicroseconds(iso: string): string {
  return iso.replace(/Z$/, '000Z');
}

function toObjects(rows: unknown): readonly JsonObject[] {
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject, parseJson, type JsonObject } from '../../common/json';

/** Whose rows these are: calls to vendors, or ends of requests. */
export const LEDGER_TOPICS = ['usage', 'request'] as const;
export type LedgerTopic = (typeof LEDGER_TOPICS)[number];

/** A row as it came, and why it was refused. */
export interface RefusedRow {
  readonly id: string;
  readonly payload: unknown;
  readonly reason: string;
}

/** What is known of a dead letter without opening it. */
export interface DeadLetterNote {
  readonly topic: LedgerTopic;
  readonly id: string;
  readonly organization_id: string | null;
  readonly reason: string;
  readonly attempts: number;
  readonly refused_at: Date;
}

const CLEARED = ['client_request_id', 'fingerprint'];
const PLAIN_ID = /^[\w-]{1,100}$/;
const MAX_REASON_LENGTH = 300;

/** Keeps rows that the ledger refused. What is kept here counts as recorded: the outbox may forget it. */
@Injectable()
export class DeadLetterRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Keeps rows, or notes that they were refused once more. */
  async keep(topic: LedgerTopic, rows: readonly RefusedRow[]): Promise<void> {
    for (const { id, payload, reason } of rows) {
      const row = isJsonObject(payload) ? payload : {};
      const userId = plainId(row['user_id']);
      const organizationId = plainId(row['organization_id']);
      const kept = isJsonObject(payload)
        ? { ...payload, ...(userId !== null && { user_id: '' }), ...leftOut(payload) }
        : payload;
      await this.dataSource.query(
        `INSERT INTO ledger_dead_letter AS kept (topic, id, organization_id, user_id, payload, reason)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (topic, id) DO UPDATE SET attempts = kept.attempts + 1, reason = excluded.reason, refused_at = now()`,
        [topic, id, organizationId, userId, JSON.stringify(kept), toReason(reason)],
      );
    }
  }

  /** Which of these ids are kept. */
  async findKept(topic: LedgerTopic, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM ledger_dead_letter WHERE topic = $1 AND id = ANY($2::text[])',
      [topic, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Oldest first; one more than `limit`, so that the caller sees whether there are others. */
  list(limit: number, after: string | undefined): Promise<readonly DeadLetterNote[]> {
    return this.dataSource.query<DeadLetterNote[]>(
      `SELECT topic, id, organization_id, reason, attempts, refused_at FROM ledger_dead_letter
       WHERE $1::text IS NULL OR id > $1 ORDER BY id, topic LIMIT $2`,
      [after ?? null, limit + 1],
    );
  }

  /** Kept rows as they came, oldest first. */
  async open(topic: LedgerTopic, limit: number, after: string): Promise<readonly RefusedRow[]> {
    const rows = await this.dataSource.query<
      { id: string; user_id: string | null; payload: string; reason: string }[]
    >(
      `SELECT id, user_id, payload, reason FROM ledger_dead_letter
       WHERE topic = $1 AND id > $2 ORDER BY id LIMIT $3`,
      [topic, after, limit],
    );
    return rows.map(({ id, user_id, payload, reason }) => {
      const value = parseJson(payload);
      return { id, reason, payload: user_id !== null && isJsonObject(value) ? { ...value, user_id } : value };
    });
  }

  async forget(topic: LedgerTopic, id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM ledger_dead_letter WHERE topic = $1 AND id = $2', [topic, id]);
  }
}

/** What erasing a person would have to clear in there; the ledger can do without. */
function leftOut(payload: JsonObject): JsonObject {
  return Object.fromEntries(CLEARED.filter((name) => name in payload).map((name) => [name, null]));
}

function plainId(value: unknown): string | null {
  return typeof value === 'string' && PLAIN_ID.test(value) ? value : null;
}

function toReason(reason: string): string {
  return reason.replaceAll('\0', '').slice(0, MAX_REASON_LENGTH);
}

import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { outsideTenants } from '../../platform/database/tenant-scope';
import { subjectOf } from '../trail/audit-subject';
import type { PersonalTable } from './personal-tables';

const PAGE = 1_000;
const ERASE_BATCH = 5_000;
const SECRET_BYTES = 24;

/** A user as one organization knows them. */
export interface DataSubject {
  readonly organizationId: string;
  readonly userId: string;
}

/** Reads and erases what the tables say about a person. Texts of the list of tables become SQL, values never do. */
@Injectable()
export class PersonalDataRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** True when the organization has or had this user. */
  async knows({ organizationId, userId }: DataSubject): Promise<boolean> {
    const rows: unknown = await this.dataSource.query(
      `SELECT EXISTS (SELECT FROM membership WHERE organization_id = $1 AND user_id = $2)
           OR EXISTS (SELECT FROM audit_subject WHERE organization_id = $1 AND user_id = $2)
           OR EXISTS (SELECT FROM usage_record WHERE organization_id = $1 AND user_id = $2) AS known`,
      [organizationId, userId],
    );
    return toObjects(rows)[0]?.['known'] === true;
  }

  /** The account itself, as JSON text, for as long as the user is a member. */
  async account({ organizationId, userId }: DataSubject): Promise<string> {
    const rows: unknown = await this.dataSource.query(
      `SELECT (to_jsonb(u) - 'password_hash' || jsonb_build_object('identities', (
         SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM user_identity i WHERE i.user_id = u.id)))::text AS row
       FROM app_user u
       WHERE id = $2 AND EXISTS (SELECT FROM membership m WHERE m.organization_id = $1 AND m.user_id = u.id)`,
      [organizationId, userId],
    );
    const row = toObjects(rows)[0]?.['row'];
    return typeof row === 'string' ? row : 'null';
  }

  /** The rows of a table about the person, as JSON texts, in pages. */
  async *rowsOf(table: PersonalTable, subject: DataSubject): AsyncGenerator<readonly string[]> {
    const key = table.key.map((column) => `t.${column}`).join(', ');
    const last = table.key.map((column) => `r.${column}`).join(', ');
    let after: string | null = null;
    for (;;) {
      const rows: unknown = await this.dataSource.query(
        `SELECT to_jsonb(t)::text AS whole, (to_jsonb(t) - $4::text[])::text AS shown FROM ${table.table} t
         WHERE ${conditionOf(table)} AND ($3::jsonb IS NULL OR (${key}) >
           (SELECT ${last} FROM jsonb_populate_record(NULL::${table.table}, $3::jsonb) r))
         ORDER BY ${key} LIMIT ${PAGE}`,
        [subject.organizationId, subject.userId, after, [...(table.hidden ?? [])]],
      );
      const found = toObjects(rows);
      yield found.map((row) => String(row['shown']));
      if (found.length < PAGE) return;
      after = String(found.at(-1)?.['whole']);
    }
  }

  /** Events of the trail by or about the person, as JSON texts, in pages. */
  async *eventsOf({ organizationId, userId }: DataSubject): AsyncGenerator<readonly string[]> {
    let after = '0';
    for (;;) {
      const rows: unknown = await this.dataSource.query(
        `SELECT e.sequence::text AS sequence, jsonb_build_object('occurred_at', e.occurred_at, 'action', e.action,
                'outcome', e.outcome, 'target_kind', e.target_kind, 'data', e.data, 'request_id', e.request_id,
                'address', CASE WHEN e.actor_subject = s.subject THEN e.address END,
                'acted', e.actor_subject = s.subject)::text AS shown
         FROM audit_subject s JOIN audit_event e ON e.organization_id = s.organization_id
          AND (e.actor_subject = s.subject OR e.target_id = s.subject)
         WHERE s.organization_id = $1 AND s.user_id = $2 AND e.sequence > $3 ORDER BY e.sequence LIMIT ${PAGE}`,
        [organizationId, userId, after],
      );
      const found = toObjects(rows);
      yield found.map((row) => String(row['shown']));
      if (found.length < PAGE) return;
      after = String(found.at(-1)?.['sequence']);
    }
  }

  /** The name under which the trail knows the user; made when there is none. */
  async pseudonymOf({ organizationId, userId }: DataSubject): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    await this.dataSource.query(
      `INSERT INTO audit_subject (organization_id, subject, user_id, secret) VALUES ($1, $2, $3, $4)
       ON CONFLICT (organization_id, user_id) DO NOTHING`,
      [organizationId, subjectOf(secret, userId), userId, secret],
    );
    const rows: unknown = await this.dataSource.query(
      'SELECT subject FROM audit_subject WHERE organization_id = $1 AND user_id = $2',
      [organizationId, userId],
    );
    return String(toObjects(rows)[0]?.['subject']);
  }

  /** Ids of the keys that stop working when the person is erased. */
  async keyIdsOf({ organizationId, userId }: DataSubject): Promise<readonly string[]> {
    const rows: unknown = await this.dataSource.query(
      'SELECT id FROM api_key WHERE organization_id = $1 AND user_id = $2',
      [organizationId, userId],
    );
    return toObjects(rows).map((row) => String(row['id']));
  }

  /** Erases a table's rows about the person in small steps. Returns how many there were. */
  async erase(table: PersonalTable, subject: DataSubject, pseudonym: string): Promise<number> {
    if (table.erase === 'cascade') return 0;
    const found = `SELECT t.tableoid, t.ctid FROM ${table.table} t WHERE ${conditionOf(table)} LIMIT ${ERASE_BATCH}`;
    const named = table.column === undefined ? [] : [`${table.column} = $3`];
    const changes = [...named, ...(table.clear ?? []).map((column) => `${column} = NULL`)];
    const statement =
      table.erase === 'delete'
        ? `DELETE FROM ${table.table} WHERE (tableoid, ctid) IN (${found}) AND $3::text IS NOT NULL RETURNING 1`
        : `UPDATE ${table.table} SET ${changes.join(', ')} WHERE (tableoid, ctid) IN (${found}) RETURNING 1`;
    let total = 0;
    for (;;) {
      const rows: unknown = await this.dataSource.query(
        `WITH erased AS (${statement}) SELECT count(*)::int AS n FROM erased`,
        [subject.organizationId, subject.userId, pseudonym],
      );
      const count = Number(toObjects(rows)[0]?.['n']);
      total += count;
      if (count < ERASE_BATCH) return total;
    }
  }

  /** Takes the addresses of the person out of the trail, and ends the link between person and pseudonym. */
  async eraseFromTrail({ organizationId, userId }: DataSubject): Promise<number> {
    const rows: unknown = await this.dataSource.query(
      `WITH gone AS (DELETE FROM audit_subject WHERE organization_id = $1 AND user_id = $2 RETURNING subject),
       cleared AS (UPDATE audit_event e SET address = NULL, address_salt = NULL FROM gone
                   WHERE e.organization_id = $1 AND e.actor_subject = gone.subject AND e.address IS NOT NULL RETURNING 1)
       SELECT count(*)::int AS n FROM cleared`,
      [organizationId, userId],
    );
    return Number(toObjects(rows)[0]?.['n']);
  }

  /** Deletes the account when no organization is left that the user belongs to. Returns whether it is gone. */
  async eraseAccount(userId: string): Promise<boolean> {
    // Within a tenant the memberships in other organizations could not be seen.
    const rows: unknown = await outsideTenants(async () => {
      await this.dataSource.query(
        'DELETE FROM app_user WHERE id = $1 AND NOT EXISTS (SELECT FROM membership WHERE user_id = $1)',
        [userId],
      );
      return this.dataSource.query<unknown>('SELECT FROM app_user WHERE id = $1', [userId]);
    });
    return toObjects(rows).length === 0;
  }
}

function conditionOf({ match }: PersonalTable): string {
  return `t.organization_id = $1 AND ${match}`;
}

function toObjects(rows: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}

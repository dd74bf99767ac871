import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { isJsonObject } from '../../common/json';
import type { NanoUsd } from '../../common/money';

/** Who spent, and on what. */
export interface SpendingSubject {
  readonly projectId: string | null;
  readonly userId: string;
  readonly apiKeyId: string | null;
  /** Empty unless asked for. */
  readonly provider: string;
  readonly model: string;
}

/** What somebody spent since each of the given instants. */
export interface Spending extends SpendingSubject {
  readonly spentNanoUsd: readonly NanoUsd[];
}

export interface SpendingQuestion {
  readonly organizationId: string;
  readonly sinceMs: readonly number[];
  /** Also by provider and model. */
  readonly byModel: boolean;
  /** Attempts of which the asker wants to know whether the sums contain them. */
  readonly attemptIds: readonly string[];
  /** Holds whose calls do not count. */
  readonly withoutHolds: readonly string[];
}

export interface SpendingAnswer {
  readonly spendings: readonly Spending[];
  /** Those of the asked attempts that are in the ledger, and so in the sums. */
  readonly recorded: ReadonlySet<string>;
}

const BY_SUBJECT = 'project_id, user_id, api_key_id';

/** Adds up the ledger for the counters of budgets. */
@Injectable()
export class SpendingQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Sums by the time of the hold, and which attempts they contain: both as of one instant. */
  read(question: SpendingQuestion): Promise<SpendingAnswer> {
    if (question.attemptIds.length === 0) {
      return sum(this.dataSource.manager, question).then((spendings) => ({
        spendings,
        recorded: new Set<string>(),
      }));
    }
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const rows: unknown = await manager.query(
        'SELECT attempt_id FROM usage_record WHERE attempt_id = ANY($1::text[])',
        [question.attemptIds],
      );
      const recorded = new Set(toRows(rows).map((row) => String(row['attempt_id'])));
      return { recorded, spendings: await sum(manager, question) };
    });
  }
}

async function sum(
  manager: EntityManager,
  { organizationId, sinceMs, byModel, withoutHolds }: SpendingQuestion,
): Promise<readonly Spending[]> {
  const since = sinceMs.map((ms) => new Date(ms).toISOString());
  const sums = since.map(
    (_, i) => `coalesce(sum(cost_nano_usd) FILTER (WHERE held_at >= $${i + 2}), 0)::text AS spent_${i}`,
  );
  const subject = byModel ? `${BY_SUBJECT}, provider, resolved_model` : BY_SUBJECT;
  const earliest = `$${since.length + 2}::timestamptz`;
  const rows: unknown = await manager.query(
    `SELECT ${subject}, ${sums.join(', ')} FROM usage_record
     WHERE organization_id = $1 AND held_at >= ${earliest} AND started_on >= (${earliest} AT TIME ZONE 'UTC')::date
       AND NOT (hold_id = ANY($${since.length + 3}::text[]))
     GROUP BY ${subject}`,
    [organizationId, ...since, new Date(Math.min(...sinceMs)).toISOString(), withoutHolds],
  );
  return toRows(rows).map((row) => ({
    projectId: toText(row['project_id']),
    userId: String(row['user_id']),
    apiKeyId: toText(row['api_key_id']),
    provider: toText(row['provider']) ?? '',
    model: toText(row['resolved_model']) ?? '',
    spentNanoUsd: since.map((_, i) => BigInt(String(row[`spent_${i}`]))),
  }));
}

function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function toRows(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { canServeFromRollups, rollupStatement } from './rollup-spending';
import type { Spending, SpendingAnswer, SpendingQuestion } from './spending';

const BY_SUBJECT = 'project_id, user_id, api_key_id';

/**
 * Adds up the ledger for the counters of budgets: by the roll-ups of its days where they give the same, else by
 * its rows.
 */
@Injectable()
export class SpendingQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Sums by the time of the hold, and which attempts they contain: all as of one instant. */
  read(question: SpendingQuestion): Promise<SpendingAnswer> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const recorded = await findRecorded(manager, question.attemptIds);
      const { text, values } = (await canServeFromRollups(manager, question))
        ? rollupStatement(question)
        : rowStatement(question);
      const rows: unknown = await manager.query(text, [...values]);
      return { recorded, spendings: merged(toRows(rows).map((row) => toSpending(row, question))) };
    });
  }
}

async function findRecorded(
  manager: EntityManager,
  attemptIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (attemptIds.length === 0) return new Set();
  const rows: unknown = await manager.query(
    'SELECT attempt_id FROM usage_record WHERE attempt_id = ANY($1::text[])',
    [attemptIds],
  );
  return new Set(toRows(rows).map((row) => String(row['attempt_id'])));
}

function rowStatement({ organizationId, sinceMs, byModel, withoutHolds }: SpendingQuestion): {
  readonly text: string;
  readonly values: readonly unknown[];
} {
  const since = sinceMs.map((ms) => new Date(ms).toISOString());
  const sums = since.map(
    (_, i) => `coalesce(sum(cost_nano_usd) FILTER (WHERE held_at >= $${i + 2}), 0)::text AS spent_${i}`,
  );
  const subject = byModel ? `${BY_SUBJECT}, provider, resolved_model` : BY_SUBJECT;
  // A day more, because a clock that is set back lets a call start before its money was held.
  const earliest = `$${since.length + 2}::timestamptz`;
  return {
    text: `SELECT ${subject}, ${sums.join(', ')} FROM usage_record
     WHERE organization_id = $1 AND held_at >= ${earliest} AND started_on >= (${earliest} AT TIME ZONE 'UTC')::date - 1
       AND NOT (hold_id = ANY($${since.length + 3}::text[]))
     GROUP BY ${subject}`,
    values: [organizationId, ...since, new Date(Math.min(...sinceMs)).toISOString(), withoutHolds],
  };
}

function toSpending(row: Readonly<Record<string, unknown>>, { sinceMs }: SpendingQuestion): Spending {
  return {
    projectId: toText(row['project_id']),
    userId: String(row['user_id']),
    apiKeyId: toText(row['api_key_id']),
    provider: toText(row['provider']) ?? '',
    model: toText(row['resolved_model']) ?? '',
    spentNanoUsd: sinceMs.map((_, i) => BigInt(String(row[`spent_${i}`]))),
  };
}

/** One entry per subject; nothing for those whose amounts cancel out. */
function merged(parts: readonly Spending[]): readonly Spending[] {
  const subjects = new Map<string, Spending>();
  for (const part of parts) {
    const { projectId, userId, apiKeyId, provider, model, spentNanoUsd } = part;
    const key = JSON.stringify([projectId, userId, apiKeyId, provider, model]);
    const known = subjects.get(key)?.spentNanoUsd;
    subjects.set(
      key,
      known ? { ...part, spentNanoUsd: known.map((n, i) => n + (spentNanoUsd[i] ?? 0n)) } : part,
    );
  }
  return [...subjects.values()].filter(({ spentNanoUsd }) => spentNanoUsd.some((n) => n !== 0n));
}

function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function toRows(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

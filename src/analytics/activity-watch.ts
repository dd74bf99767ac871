import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PeriodicTask } from '../platform/queue/periodic-task';
import { toUsdNumber } from '../common/money';
import { SecurityEventStore } from '../tenancy/security/security-event-store';
import { SecurityWatchConfig } from '../tenancy/security/security-watch.config';

interface UnusualKey {
  readonly organization_id: string;
  readonly api_key_id: string;
  readonly hour: Date;
  readonly calls: string;
  readonly cost: string;
  readonly most_calls: string;
  readonly most_cost: string;
}

const EVERY_MS = 60_000;
/** With less history nothing can be called unusual. */
const MIN_HOURS = 24;

/** Keys whose current hour exceeds a minimum, beside their busiest hour of the 14 days before. */
const FIND = `
  SELECT o.id AS organization_id, recent.api_key_id, recent.hour, recent.calls, recent.cost,
         past.calls AS most_calls, past.cost AS most_cost
    FROM organization o
   CROSS JOIN LATERAL (
     SELECT k.api_key_id, max(r.bucket) AS hour, sum(r.calls) AS calls, sum(r.cost_nano_usd) AS cost
       FROM usage_rollup_hour r JOIN rollup_key k ON k.id = r.key_id
      WHERE r.organization_id = o.id AND r.detailed AND r.bucket > now() - interval '1 hour' AND k.api_key_id <> ''
      GROUP BY k.api_key_id HAVING sum(r.calls) >= $1 OR sum(r.cost_nano_usd) >= $2) AS recent
   CROSS JOIN LATERAL (
     SELECT count(*) AS hours, max(each_hour.calls) AS calls, max(each_hour.cost) AS cost FROM (
       SELECT sum(r.calls) AS calls, sum(r.cost_nano_usd) AS cost
         FROM usage_rollup_hour r JOIN rollup_key k ON k.id = r.key_id
        WHERE r.organization_id = o.id AND r.detailed AND k.api_key_id = recent.api_key_id
          AND r.bucket <= now() - interval '1 hour' AND r.bucket > now() - interval '14 days'
        GROUP BY r.bucket) AS each_hour) AS past
   WHERE past.hours >= $3`;

/** Compares every API key's current hour with its own history, from the roll-ups, once a minute. */
@Injectable()
export class ActivityWatch implements PeriodicTask {
  readonly name = 'activity-watch';
  readonly everyMs = EVERY_MS;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: SecurityWatchConfig,
    private readonly events: SecurityEventStore,
  ) {}

  async run(): Promise<void> {
    const { activityMinCalls, activityMinCost } = this.config;
    const rows = await this.dataSource.query<UnusualKey[]>(FIND, [
      activityMinCalls,
      activityMinCost.toString(),
      MIN_HOURS,
    ]);
    for (const row of rows) await this.judge(row);
  }

  private async judge(row: UnusualKey): Promise<void> {
    const { activityFactor, activityMinCalls, activityMinCost } = this.config;
    const [calls, mostCalls] = [Number(row.calls), Number(row.most_calls)];
    if (calls >= activityMinCalls && calls > activityFactor * mostCalls)
      await this.note(row, 'unusual_rate', { calls, most_calls: mostCalls });
    const [cost, mostCost] = [BigInt(row.cost), BigInt(row.most_cost)];
    // Far from any limit of exact numbers; only the comparison is inexact.
    if (cost >= activityMinCost && Number(cost) > activityFactor * Number(mostCost))
      await this.note(row, 'unusual_spend', {
        cost_usd: toUsdNumber(cost),
        most_cost_usd: toUsdNumber(mostCost),
      });
  }

  private note(
    row: UnusualKey,
    kind: 'unusual_rate' | 'unusual_spend',
    facts: Readonly<Record<string, number>>,
  ): Promise<void> {
    const hour = row.hour.toISOString();
    return this.events.note({
      dedupeKey: `${kind}/${row.api_key_id}/${hour}`,
      organizationId: row.organization_id,
      kind,
      subjectKind: 'api_key',
      subjectId: row.api_key_id,
      address: null,
      facts: { hour, ...facts },
    });
  }
}

import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { isJsonObject, type JsonObject } from '../../common/json';
import { NO_LEARNING, type DueTenant, type LearningSettings, type LearningState } from './learning-settings';
import { RouterLearningEntity } from './router-learning.entity';

/** Whoever changes the row first has the tenant's turn. */
const CLAIM = `
  UPDATE router_learning SET next_run_at = now() + $1 * interval '1 minute', last_run_at = now()
  WHERE organization_id = (
    SELECT organization_id FROM router_learning WHERE enabled AND next_run_at <= now()
    ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING organization_id, automatic, implicit_outcomes, min_outcomes, last_decision_id`;

/** Settings and results of learning, by tenant. */
@Injectable()
export class LearningRepository {
  constructor(
    @InjectRepository(RouterLearningEntity) private readonly tenants: Repository<RouterLearningEntity>,
  ) {}

  async find(organizationId: string): Promise<LearningState> {
    const found = await this.tenants.findOneBy({ organizationId });
    return found ? toState(found) : NO_LEARNING;
  }

  /** The next turn is soon: settings that were changed are to be seen at work. */
  async save(organizationId: string, settings: LearningSettings): Promise<void> {
    const { enabled, automatic, implicitOutcomes, minOutcomes } = settings;
    await this.tenants.query(
      `INSERT INTO router_learning (organization_id, enabled, automatic, implicit_outcomes, min_outcomes)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (organization_id) DO UPDATE SET enabled = excluded.enabled, automatic = excluded.automatic,
         implicit_outcomes = excluded.implicit_outcomes, min_outcomes = excluded.min_outcomes,
         next_run_at = now(), last_decision_id = NULL`,
      [organizationId, enabled, automatic, implicitOutcomes, minOutcomes],
    );
  }

  /** What somebody has taken back is not to come again by itself. True when it would have. */
  async stopActivating(organizationId: string): Promise<boolean> {
    const stopped = await this.tenants.update({ organizationId, automatic: true }, { automatic: false });
    return stopped.affected === 1;
  }

  /** Takes the turn of a tenant that is due; its next one is after the given time. */
  async claim(intervalMinutes: number): Promise<DueTenant | undefined> {
    const answer: unknown = await this.tenants.query(CLAIM, [intervalMinutes]);
    const [row] = rowsOf(answer);
    if (!row) return undefined;
    const last = row['last_decision_id'];
    return {
      organizationId: String(row['organization_id']),
      enabled: true,
      automatic: row['automatic'] === true,
      implicitOutcomes: row['implicit_outcomes'] === true,
      minOutcomes: Number(row['min_outcomes']),
      lastDecisionId: typeof last === 'string' ? last : undefined,
    };
  }

  /** A turn that only waited does not hide what the last attempt came to. */
  async finish(
    organizationId: string,
    result: JsonObject,
    lastDecisionId: string | undefined,
  ): Promise<void> {
    await this.tenants.query(
      `UPDATE router_learning SET last_decision_id = coalesce($3, last_decision_id),
         last_result = CASE WHEN $2::jsonb ->> 'outcome' <> 'waiting' THEN $2::jsonb
           ELSE $2::jsonb || jsonb_build_object('last_attempt',
             CASE WHEN last_result ->> 'outcome' = 'waiting' THEN last_result -> 'last_attempt' ELSE last_result END) END
       WHERE organization_id = $1`,
      [organizationId, JSON.stringify(result), lastDecisionId ?? null],
    );
  }
}

function toState(entity: RouterLearningEntity): LearningState {
  const { enabled, automatic, implicitOutcomes, minOutcomes, lastRunAt, lastResult } = entity;
  return {
    enabled,
    automatic,
    implicitOutcomes,
    minOutcomes,
    lastRunAt: lastRunAt?.toISOString() ?? null,
    lastResult: isJsonObject(lastResult) ? lastResult : null,
  };
}

/** TypeORM answers changes with rows and their number. */
function rowsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  const [first] = value as readonly unknown[];
  return (Array.isArray(first) ? first : value).filter(isJsonObject);
}

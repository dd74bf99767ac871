import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import type { OutcomeBatch } from './outcome-count';

/** Opinions of one user about a model and intent that count whatever others say. */
const FREE_OPINIONS = 20;

/** What is known of a model's answers to an intent, by source. */
export interface OutcomeSum {
  readonly provider: string;
  readonly model: string;
  readonly intent: string;
  readonly source: string;
  readonly count: number;
  readonly scoreSum: number;
}

/** The same by confidence band, for all models together. */
export interface BandSum {
  readonly intent: string;
  readonly band: number;
  readonly count: number;
  readonly scoreSum: number;
}

/** The marker and the outcomes are one statement: a batch that is delivered again changes nothing. */
const BOOK = `
  WITH fresh AS (
    INSERT INTO routing_outcome_batch (batch_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING batch_id
  ), answers AS (
    INSERT INTO routing_answer_outcome (request_id, source, organization_id, provider, model, score)
    SELECT r.request_id, r.source, r.organization_id, r.provider, r.model, r.score
    FROM fresh, jsonb_to_recordset($3::jsonb) AS r(
      request_id text, source text, organization_id text, provider text, model text, score real)
    ON CONFLICT (request_id, source) DO UPDATE SET score = excluded.score
  )
  INSERT INTO routing_outcome (organization_id, provider, model, intent, band, source, day, count, score_sum)
  SELECT r.organization_id, r.provider, r.model, r.intent, r.band, r.source, r.day, r.count, r.score_sum
  FROM fresh, jsonb_to_recordset($2::jsonb) AS r(
    organization_id text, provider text, model text, intent text, band smallint, source text, day date,
    count integer, score_sum double precision)
  ON CONFLICT (organization_id, provider, model, intent, band, source, day)
  DO UPDATE SET count = routing_outcome.count + excluded.count,
                score_sum = routing_outcome.score_sum + excluded.score_sum`;

/** Feedback is kept one by one, because a person may change it; everything else in counts. */
const ALL_OUTCOMES = `
  SELECT provider, model, intent, band, source, count, score_sum FROM routing_outcome
  WHERE organization_id = $1 AND day >= $2::date
  UNION ALL
  SELECT provider, model, intent, band, 'feedback', 1, score FROM routing_feedback
  WHERE organization_id = $1 AND given_at >= $2::date`;

/**
 * Sums per model, intent and source. Where several users have said something of a model, none of them counts for more than all others
 * together, or than $3 opinions: one diligent or angry user is not to decide for the rest.
 */
const SUMS_BY_MODEL = `
  WITH said AS (
    SELECT provider, model, intent, count(*) AS own, sum(score) AS score,
      sum(count(*)) OVER (PARTITION BY provider, model, intent) - count(*) AS others
    FROM routing_feedback WHERE organization_id = $1 AND given_at >= $2::date
    GROUP BY provider, model, intent, user_id
  ), counted AS (
    SELECT *, CASE WHEN others = 0 THEN own ELSE least(own, greatest(others, $3::bigint)) END AS count FROM said
  ), outcomes AS (
    SELECT provider, model, intent, source, count, score_sum FROM routing_outcome
    WHERE organization_id = $1 AND day >= $2::date
    UNION ALL
    SELECT provider, model, intent, 'feedback', count, score * count / own FROM counted
  )
  SELECT provider, model, intent, source, sum(count)::int AS count, sum(score_sum) AS score_sum
  FROM outcomes GROUP BY provider, model, intent, source`;

/** Books outcome counts and sums them up. */
@Injectable()
export class OutcomeRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async book({ batch_id, counts, answers = [] }: OutcomeBatch): Promise<void> {
    await this.dataSource.query(BOOK, [batch_id, JSON.stringify(counts), JSON.stringify(answers)]);
  }

  async findBooked(batchIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows: unknown = await this.dataSource.query(
      'SELECT batch_id FROM routing_outcome_batch WHERE batch_id = ANY($1::text[])',
      [batchIds],
    );
    return new Set(toRows(rows).map((row) => String(row['batch_id'])));
  }

  /** Sums per model, intent and source since a day (`YYYY-MM-DD`). */
  async sumByModel(organizationId: string, sinceDay: string): Promise<readonly OutcomeSum[]> {
    const rows: unknown = await this.dataSource.query(SUMS_BY_MODEL, [
      organizationId,
      sinceDay,
      FREE_OPINIONS,
    ]);
    return toRows(rows).map((row) => ({
      provider: String(row['provider']),
      model: String(row['model']),
      intent: String(row['intent']),
      source: String(row['source']),
      count: Number(row['count']),
      scoreSum: Number(row['score_sum']),
    }));
  }

  /** Sums per intent and confidence band since a day. */
  async sumByBand(organizationId: string, sinceDay: string): Promise<readonly BandSum[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT intent, band, sum(count)::int AS count, sum(score_sum) AS score_sum
       FROM (${ALL_OUTCOMES}) AS outcomes GROUP BY intent, band ORDER BY intent, band`,
      [organizationId, sinceDay],
    );
    return toRows(rows).map((row) => ({
      intent: String(row['intent']),
      band: Number(row['band']),
      count: Number(row['count']),
      scoreSum: Number(row['score_sum']),
    }));
  }

  /** Forgets counts and markers before a day. */
  async dropBefore(day: string): Promise<void> {
    await this.dataSource.query('DELETE FROM routing_outcome WHERE day < $1::date', [day]);
    await this.dataSource.query('DELETE FROM routing_answer_outcome WHERE noted_at < $1::date', [day]);
    await this.dataSource.query('DELETE FROM routing_outcome_batch WHERE booked_at < $1::date', [day]);
  }
}

function toRows(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { RoutingExperimentEntity } from './routing-experiment.entity';
import { SPLITS, toVariants, type RoutingExperiment, type Split, type Variant } from './steering';

/** What became of the requests of one variant. */
export interface VariantResult {
  readonly variant: string;
  readonly requests: number;
  readonly answered: number;
  readonly costNanoUsd: bigint;
  readonly averageLatencyMs: number | null;
  readonly feedback: number;
  readonly averageFeedback: number | null;
}

export interface NewExperiment {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly splitBy: Split;
  readonly variants: readonly Variant[];
}

/** Costs, latency and feedback by variant: all attempts of a request count for the variant that decided it. */
const RESULTS = `
  WITH decided AS (
    SELECT DISTINCT ON (request_id) request_id, variant FROM routing_decision
    WHERE organization_id = $1 AND experiment_id = $2 ORDER BY request_id, decision_id DESC
  ), spent AS (
    SELECT d.request_id, d.variant, coalesce(sum(u.cost_nano_usd), 0) AS cost,
           bool_or(u.status = 'success') AS answered, max(u.latency_ms) FILTER (WHERE u.status = 'success') AS latency
    FROM decided d LEFT JOIN usage_record u ON u.request_id = d.request_id AND u.organization_id = $1
    GROUP BY d.request_id, d.variant
  )
  SELECT s.variant, count(*)::int AS requests, count(*) FILTER (WHERE s.answered)::int AS answered,
         sum(s.cost)::text AS cost, avg(s.latency)::float8 AS latency,
         count(f.score)::int AS feedback, avg(f.score) AS average_feedback
  FROM spent s LEFT JOIN routing_feedback f ON f.request_id = s.request_id AND f.organization_id = $1
  GROUP BY s.variant ORDER BY s.variant`;

/** Experiments of tenants, and their results. */
@Injectable()
export class ExperimentRepository {
  constructor(
    @InjectRepository(RoutingExperimentEntity)
    private readonly experiments: Repository<RoutingExperimentEntity>,
  ) {}

  /** Fails with a unique violation while another one of the tenant runs. */
  async insert({ id, organizationId, name, splitBy, variants }: NewExperiment): Promise<void> {
    await this.experiments.insert({
      experimentId: id,
      organizationId,
      name,
      splitBy,
      status: 'running',
      variants: [...variants],
    });
  }

  /** False when there is no such running experiment. */
  async stop(organizationId: string, experimentId: string): Promise<boolean> {
    const change = { status: 'stopped', stoppedAt: () => 'now()' };
    const found = { organizationId, experimentId, status: 'running' };
    return (await this.experiments.update(found, change)).affected === 1;
  }

  async find(organizationId: string, experimentId: string): Promise<RoutingExperiment | undefined> {
    const found = await this.experiments.findOneBy({ organizationId, experimentId });
    return found ? toExperiment(found) : undefined;
  }

  async findRunning(organizationId: string): Promise<RoutingExperiment | undefined> {
    const found = await this.experiments.findOneBy({ organizationId, status: 'running' });
    return found ? toExperiment(found) : undefined;
  }

  /** Newest first. */
  async list(
    organizationId: string,
    page: { readonly beforeId?: string | undefined; readonly limit: number },
  ): Promise<readonly RoutingExperiment[]> {
    const found = await this.experiments.find({
      where: {
        organizationId,
        ...(page.beforeId !== undefined && { experimentId: LessThan(page.beforeId) }),
      },
      order: { experimentId: 'DESC' },
      take: page.limit,
    });
    return found.map(toExperiment);
  }

  async results(organizationId: string, experimentId: string): Promise<readonly VariantResult[]> {
    const rows: unknown = await this.experiments.query(RESULTS, [organizationId, experimentId]);
    return (Array.isArray(rows) ? rows.filter(isJsonObject) : []).map((row) => ({
      variant: String(row['variant']),
      requests: Number(row['requests']),
      answered: Number(row['answered']),
      costNanoUsd: BigInt(String(row['cost'])),
      averageLatencyMs: row['latency'] === null ? null : Number(row['latency']),
      feedback: Number(row['feedback']),
      averageFeedback: row['average_feedback'] === null ? null : Number(row['average_feedback']),
    }));
  }
}

function toExperiment(entity: RoutingExperimentEntity): RoutingExperiment {
  return {
    id: entity.experimentId,
    name: entity.name,
    status: entity.status === 'running' ? 'running' : 'stopped',
    splitBy: SPLITS.find((split) => split === entity.splitBy) ?? 'user',
    variants: toVariants(entity.variants),
    startedAt: entity.startedAt.toISOString(),
    stoppedAt: entity.stoppedAt?.toISOString() ?? null,
  };
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, LessThan, type Repository } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { TrainedRouterEntity } from './trained-router.entity';
import type { NewTrainedRouter, StandingRouter, TrainedRouter } from './trained-router';

const STANDING = `
  SELECT a.activation_id, a.router_id, r.learned_until::text AS learned_until,
    (a.activated_at AT TIME ZONE 'UTC')::date::text AS activated_on
  FROM router_activation a LEFT JOIN trained_router r ON r.router_id = a.router_id
  WHERE a.organization_id = $1 AND a.rolled_back_at IS NULL ORDER BY a.activation_id DESC LIMIT 1`;

/** Routers of tenants, and which of them counts. */
@Injectable()
export class TrainedRouterRepository {
  constructor(
    @InjectRepository(TrainedRouterEntity) private readonly routers: Repository<TrainedRouterEntity>,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Fails with a unique violation when the tenant has this very router already. */
  async insert({ id, learnedUntil, ...router }: NewTrainedRouter): Promise<void> {
    await this.routers.insert({ ...router, routerId: id, learnedUntil });
  }

  async find(organizationId: string, routerId: string): Promise<TrainedRouter | undefined> {
    const found = await this.routers.findOneBy({ organizationId, routerId });
    return found ? toRouter(found) : undefined;
  }

  async findByFingerprint(organizationId: string, fingerprint: string): Promise<TrainedRouter | undefined> {
    const found = await this.routers.findOneBy({ organizationId, fingerprint });
    return found ? toRouter(found) : undefined;
  }

  /** Drops learned routers that never counted, but for the newest ones. */
  async dropProposals(organizationId: string, kept: number): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM trained_router WHERE router_id IN (
         SELECT router_id FROM trained_router r
         WHERE organization_id = $1 AND origin = 'learned'
           AND NOT EXISTS (SELECT FROM router_activation a WHERE a.router_id = r.router_id)
         ORDER BY router_id DESC OFFSET $2)`,
      [organizationId, kept],
    );
  }

  /** The artefact as JSON text. */
  async findContent(organizationId: string, routerId: string): Promise<string | undefined> {
    const found = await this.routers.findOne({
      where: { organizationId, routerId },
      select: { routerId: true, content: true },
    });
    return found?.content;
  }

  async count(organizationId: string): Promise<number> {
    return this.routers.countBy({ organizationId });
  }

  /** Newest first. */
  async list(
    organizationId: string,
    page: { readonly beforeId?: string | undefined; readonly limit: number },
  ): Promise<readonly TrainedRouter[]> {
    const found = await this.routers.find({
      where: { organizationId, ...(page.beforeId !== undefined && { routerId: LessThan(page.beforeId) }) },
      order: { routerId: 'DESC' },
      take: page.limit,
    });
    return found.map(toRouter);
  }

  /** False when there is none, or it counts now. Activations that name it go with it. */
  async remove(organizationId: string, routerId: string): Promise<boolean> {
    const removed: unknown = await this.dataSource.query(
      `WITH standing AS (${STANDING}), removed AS (
         DELETE FROM trained_router WHERE organization_id = $1 AND router_id = $2
           AND NOT EXISTS (SELECT FROM standing WHERE router_id = $2) RETURNING router_id
       ), forgotten AS (
         DELETE FROM router_activation WHERE router_id IN (SELECT router_id FROM removed)
       )
       SELECT router_id FROM removed`,
      [organizationId, routerId],
    );
    return rowsOf(removed).length > 0;
  }

  /** Undefined while the router that ships counts. */
  async findStanding(organizationId: string): Promise<StandingRouter | undefined> {
    const [row] = rowsOf(await this.dataSource.query(STANDING, [organizationId]));
    const routerId = row?.['router_id'];
    if (typeof routerId !== 'string') return undefined;
    const until = row?.['learned_until'];
    return {
      routerId,
      learnedUntil: typeof until === 'string' ? until : undefined,
      activatedOn: String(row?.['activated_on']),
    };
  }

  async activate(organizationId: string, activationId: string, routerId: string | null): Promise<void> {
    await this.dataSource.query(
      'INSERT INTO router_activation (activation_id, organization_id, router_id) VALUES ($1, $2, $3)',
      [activationId, organizationId, routerId],
    );
  }

  /** False when no activation stands. */
  async rollBack(organizationId: string): Promise<boolean> {
    const undone: unknown = await this.dataSource.query(
      `UPDATE router_activation SET rolled_back_at = now()
       WHERE activation_id = (SELECT activation_id FROM (${STANDING}) AS standing) AND rolled_back_at IS NULL
       RETURNING activation_id`,
      [organizationId],
    );
    return rowsOf(undone).length > 0;
  }
}

function toRouter(entity: TrainedRouterEntity): TrainedRouter {
  const { routerId, name, fingerprint, facts, verdict } = entity;
  return {
    id: routerId,
    name,
    fingerprint,
    origin: entity.origin === 'learned' ? 'learned' : 'upload',
    facts: isJsonObject(facts) ? facts : {},
    verdict: isJsonObject(verdict) ? verdict : null,
    createdAt: entity.createdAt.toISOString(),
  };
}

/** TypeORM answers changes with rows and their number. */
function rowsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  const [first] = value as readonly unknown[];
  return (Array.isArray(first) ? first : value).filter(isJsonObject);
}

import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting } from '../../access/acting';
import { AuditLog } from '../../access/audit-log';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import type { JsonObject } from '../../common/json';
import { toPage, type Page } from '../../common/page';
import { isUniqueViolation } from '../../platform/database/constraint-violation';
import { parseRouterArtefact } from '../../routing/quality/router-artefact';
import { LearningRepository } from '../learning/learning.repository';
import { ActiveRouters } from './active-routers';
import { ROUTER_ERRORS } from './router.errors';
import { TrainedRouterRepository } from './trained-router.repository';
import { factsOf, type TrainedRouter } from './trained-router';

/** Enough for a year of monthly ones, and a bound for what a tenant can store. */
const MOST_PER_TENANT = 50;

/** A router and whether it counts. */
export interface ShownRouter extends TrainedRouter {
  readonly isActive: boolean;
}

/** Takes trained routers, and says which of them counts for the organization. */
@Injectable()
export class TrainedRoutersService {
  constructor(
    private readonly routers: TrainedRouterRepository,
    private readonly active: ActiveRouters,
    private readonly learning: LearningRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Fails with `invalid_router_artefact` on anything that is not a whole, undamaged artefact of this version. */
  async upload(acting: Acting, name: string, artefact: JsonObject): Promise<ShownRouter> {
    const { organizationId } = acting.caller;
    const content = JSON.stringify(artefact);
    const parsed = parseRouterArtefact(content);
    if ((await this.routers.count(organizationId)) >= MOST_PER_TENANT)
      throw new AppError(ROUTER_ERRORS.tooMany, {
        public: `An organization has at most ${MOST_PER_TENANT} routers. Delete some first.`,
      });
    const { fingerprint } = parsed;
    const id = newId('rtr', this.clock.now());
    try {
      await this.routers.insert({
        id,
        organizationId,
        name,
        fingerprint,
        origin: 'upload',
        content,
        facts: factsOf(parsed, content.length),
        verdict: null,
        learnedUntil: null,
      });
    } catch (error) {
      throw isUniqueViolation(error) ? exists() : error;
    }
    await this.record(acting, id, { action: 'router.upload', after: { name, fingerprint } });
    return this.get(organizationId, id);
  }

  async activate(acting: Acting, id: string): Promise<ShownRouter> {
    const { organizationId } = acting.caller;
    const router = await this.get(organizationId, id);
    if (router.isActive) return router;
    const before = await this.routers.findStanding(organizationId);
    await this.routers.activate(organizationId, newId('rac', this.clock.now()), id);
    await this.record(acting, id, {
      action: 'router.activate',
      before: { router_id: before?.routerId ?? null },
      after: { router_id: id, fingerprint: router.fingerprint },
    });
    await this.active.announce(organizationId);
    return this.get(organizationId, id);
  }

  /**
   * Goes back to what counted before the last activation; the id of that router, or null for the one that ships. Ends the automatic
   * activation of learned routers: the next turn would bring back what was just taken back.
   */
  async rollBack(acting: Acting): Promise<string | null> {
    const { organizationId } = acting.caller;
    const before = await this.routers.findStanding(organizationId);
    if (!(await this.routers.rollBack(organizationId)))
      throw new AppError(ROUTER_ERRORS.nothingToRollBack, { public: 'No activation stands.' });
    const after = (await this.routers.findStanding(organizationId))?.routerId ?? null;
    const wasAutomatic = await this.learning.stopActivating(organizationId);
    await this.record(acting, before?.routerId ?? 'built-in', {
      action: 'router.roll_back',
      before: { router_id: before?.routerId ?? null, ...(wasAutomatic && { automatic_activation: true }) },
      after: { router_id: after, ...(wasAutomatic && { automatic_activation: false }) },
    });
    await this.active.announce(organizationId);
    return after;
  }

  /** 409 for the one that counts. */
  async remove(acting: Acting, id: string): Promise<void> {
    const { organizationId } = acting.caller;
    const router = await this.get(organizationId, id);
    if (!(await this.routers.remove(organizationId, id)))
      throw new AppError(ROUTER_ERRORS.active, { public: 'The router is active. Roll back first.' });
    await this.record(acting, id, {
      action: 'router.delete',
      before: { name: router.name, fingerprint: router.fingerprint },
    });
  }

  async get(organizationId: string, id: string): Promise<ShownRouter> {
    const found = await this.routers.find(organizationId, id);
    if (!found)
      throw new AppError(ROUTER_ERRORS.notFound, { public: 'There is no such router.', param: 'id' });
    const standing = await this.routers.findStanding(organizationId);
    return { ...found, isActive: standing?.routerId === id };
  }

  async list(
    organizationId: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<ShownRouter>> {
    const found = await this.routers.list(organizationId, { beforeId: cursor, limit: limit + 1 });
    const standing = await this.routers.findStanding(organizationId);
    const shown = found.map((router) => ({ ...router, isActive: router.id === standing?.routerId }));
    return toPage(shown, limit, ({ id }) => id);
  }

  private record(
    acting: Acting,
    id: string,
    change: { readonly action: string; readonly before?: JsonObject; readonly after?: JsonObject },
  ): Promise<void> {
    const { organizationId } = acting.caller;
    return this.audit.record(
      changeEvent(acting, { ...change, organizationId, target: { kind: 'router', id } }),
    );
  }
}

function exists(): AppError {
  return new AppError(ROUTER_ERRORS.exists, {
    public: 'The organization has this very router already.',
    param: 'artefact',
  });
}

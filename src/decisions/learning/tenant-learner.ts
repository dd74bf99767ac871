import { Injectable } from '@nestjs/common';
import { TrailAuditLog } from '../../audit/trail-audit-log';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import type { JsonObject } from '../../common/json';
import { isUniqueViolation } from '../../platform/database/constraint-violation';
import { learnRouter, type Learned } from '../../routing/learning/learn-router';
import { builtInRouter } from '../../routing/quality/built-in-router';
import {
  parseRouterArtefact,
  toRouterArtefact,
  type ParsedRouter,
} from '../../routing/quality/router-artefact';
import { routingStrategies } from '../../routing/strategies/index';
import { ActiveRouters } from '../routers/active-routers';
import { TrainedRouterRepository } from '../routers/trained-router.repository';
import { factsOf } from '../routers/trained-router';
import { LearningLogReader, type LearningLog } from './learning-log';
import { verdictJson, type LearningOutcome } from './learning-result';
import type { DueTenant } from './learning-settings';
import { LearningRepository } from './learning.repository';

/** Learning again from nearly the same decisions would only try its luck again. */
const FEWEST_NEW = 100;
/** Learned routers that never counted; older ones are dropped. */
const MOST_PROPOSALS = 10;

/** What a tenant's turn came to. */
export interface Turn {
  readonly result: JsonObject & { readonly outcome: LearningOutcome };
  /** Newest decision that was learned from; absent when nothing was. */
  readonly lastDecisionId?: string;
}

interface Present extends ParsedRouter {
  readonly routerId: string | undefined;
  readonly activatedOn: string | undefined;
}

/** Learns a router from a tenant's own decisions, has it judged by replay, and activates or proposes it when that says it is better. */
@Injectable()
export class TenantLearner {
  private readonly strategies = routingStrategies.map((Strategy) => new Strategy());

  constructor(
    private readonly log: LearningLogReader,
    private readonly tenants: LearningRepository,
    private readonly routers: TrainedRouterRepository,
    private readonly active: ActiveRouters,
    private readonly audit: TrailAuditLog,
    private readonly clock: Clock,
  ) {}

  async learn(tenant: DueTenant, signal: AbortSignal): Promise<Turn> {
    const present = await this.presentOf(tenant.organizationId);
    const log = await this.log.read(tenant, present, signal);
    const wanting = whatIsWanting(tenant, log);
    if (wanting !== undefined)
      return this.turn('waiting', { reason: wanting, decisions: log.decisions.length });
    const { decisions, versions } = log;
    const learned = await learnRouter({
      decisions,
      versions,
      strategies: this.strategies,
      present: present.weights,
      signal,
    });
    const lastDecisionId = newestOf(log);
    return {
      ...(await this.follow(tenant, present, { learned, log })),
      ...(lastDecisionId !== undefined && { lastDecisionId }),
    };
  }

  private async follow(
    tenant: DueTenant,
    present: Present,
    { learned, log }: { readonly learned: Learned; readonly log: LearningLog },
  ): Promise<Turn> {
    const decisions = log.decisions.length;
    if (learned.kind === 'nothing')
      return this.turn('nothing_learned', {
        reason: 'answers were as good as the present router predicts, or too few of any one model',
        decisions,
      });
    const verdict = verdictJson(learned.verdict, learned.tally);
    if (learned.verdict.kind === 'refused')
      return this.turn('refused', { reason: learned.verdict.because, decisions, verdict });
    if (learned.verdict.kind !== 'better')
      return this.turn('not_better', { reason: 'replay did not find it better', decisions, verdict });
    const routerId = await this.keep(tenant, { learned, verdict, log });
    const isActivated = tenant.automatic && (await this.activate(tenant, present, routerId));
    return this.turn(isActivated ? 'activated' : 'proposed', { router_id: routerId, decisions, verdict });
  }

  private async presentOf(organizationId: string): Promise<Present> {
    const standing = await this.routers.findStanding(organizationId);
    const content = standing && (await this.routers.findContent(organizationId, standing.routerId));
    if (content === undefined) return { ...builtInRouter(), routerId: undefined, activatedOn: undefined };
    return {
      ...parseRouterArtefact(content),
      routerId: standing?.routerId,
      activatedOn: standing?.activatedOn,
    };
  }

  /** The id of the router, which may have been learned before. */
  private async keep(
    { organizationId }: DueTenant,
    {
      learned: { weights },
      verdict,
      log,
    }: {
      readonly learned: Extract<Learned, { kind: 'judged' }>;
      readonly verdict: JsonObject;
      readonly log: LearningLog;
    },
  ): Promise<string> {
    const today = this.today();
    const artefact = toRouterArtefact(weights, { rows: log.decisions.length, sources: ['decisions'] });
    const content = JSON.stringify(artefact);
    const parsed = parseRouterArtefact(content);
    const { fingerprint } = parsed;
    const id = newId('rtr', this.clock.now());
    try {
      await this.routers.insert({
        id,
        organizationId,
        name: `learned ${today}`,
        fingerprint,
        origin: 'learned',
        content,
        facts: factsOf(parsed, content.length),
        verdict,
        learnedUntil: today,
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await this.routers.findByFingerprint(organizationId, fingerprint))?.id ?? id;
    }
    await this.routers.dropProposals(organizationId, MOST_PROPOSALS);
    return id;
  }

  /** False when somebody has activated another router meanwhile, which the verdict is not about, or has turned activation off. */
  private async activate(
    { organizationId }: DueTenant,
    present: Present,
    routerId: string,
  ): Promise<boolean> {
    const standing = await this.routers.findStanding(organizationId);
    if (standing?.routerId !== present.routerId) return false;
    const wanted = await this.tenants.find(organizationId);
    if (!wanted.enabled || !wanted.automatic) return false;
    await this.routers.activate(organizationId, newId('rac', this.clock.now()), routerId);
    await this.audit.record({
      organizationId,
      action: 'router.activate',
      outcome: 'success',
      actor: { kind: 'system' },
      target: { kind: 'router', id: routerId },
      before: { router_id: present.routerId ?? null },
      after: { router_id: routerId },
    });
    await this.active.announce(organizationId);
    return true;
  }

  private turn(outcome: LearningOutcome, more: JsonObject): Turn {
    return { result: { outcome, at: new Date(this.clock.now()).toISOString(), ...more } };
  }

  private today(): string {
    return new Date(this.clock.now()).toISOString().slice(0, 10);
  }
}

function whatIsWanting(tenant: DueTenant, { decisions }: LearningLog): string | undefined {
  const { minOutcomes, lastDecisionId } = tenant;
  if (decisions.length < minOutcomes)
    return `${decisions.length} of ${minOutcomes} decisions with an outcome under the present router`;
  if (lastDecisionId === undefined) return undefined;
  const fresh = decisions.filter(({ record }) => record.id > lastDecisionId).length;
  if (fresh >= FEWEST_NEW) return undefined;
  return `${fresh} of ${FEWEST_NEW} new decisions with an outcome since the last router was learned`;
}

function newestOf({ decisions }: LearningLog): string | undefined {
  return decisions.at(-1)?.record.id;
}

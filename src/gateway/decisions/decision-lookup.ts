import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { isJsonObject, parseJson, type JsonObject } from '../../common/json';
import { DecisionRepository, type StoredDecision } from '../../decisions/store/decision.repository';
import { describeDecision } from '../../routing/describe-decision';
import { isDecisionRecord, type DecisionRecord } from '../../routing/decision-record';
import { replayDecision, type Replay, type ReplaySources } from '../../routing/replay-decision';
import { RouterService } from '../../routing/router.service';
import { DEFAULT_PROFILE } from '../../routing/routing-profile';
import { GATEWAY_ERRORS } from '../gateway.errors';
import { RoutingVersions } from './routing-versions';

/** Finds stored decisions of a tenant, and makes them again. */
@Injectable()
export class DecisionLookup {
  constructor(
    private readonly decisions: DecisionRepository,
    private readonly versions: RoutingVersions,
    private readonly router: RouterService,
  ) {}

  /** A stored decision, packed and in words; 404 when the tenant has none of this id. */
  async show(organizationId: string, decisionId: string): Promise<JsonObject> {
    const { stored, record } = await this.get(organizationId, decisionId);
    const catalog = await this.versions.findCatalog(record.v[1]);
    const profile = await this.versions.findProfile(record.v[2]);
    return {
      ...factsOf(stored),
      decision: catalog ? describeDecision(record, catalog, profile ?? DEFAULT_PROFILE) : null,
    };
  }

  /** The decision made again from its record alone, beside the stored one. */
  async replay(organizationId: string, decisionId: string): Promise<JsonObject> {
    const { stored, record } = await this.get(organizationId, decisionId);
    const replay = await this.replayRecord(record);
    if (replay.kind === 'other_version')
      return { ...factsOf(stored), identical: false, differs: replay.differs, replayed: null };
    const identical = JSON.stringify(replay.record) === stored.record;
    return { ...factsOf(stored), identical, differs: identical ? null : 'record', replayed: replay.record };
  }

  private async replayRecord(record: DecisionRecord): Promise<Replay> {
    const catalog = await this.versions.findCatalog(record.v[1]);
    if (!catalog) return { kind: 'other_version', differs: 'catalog' };
    const profile = await this.versions.findProfile(record.v[2]);
    const sources: ReplaySources = {
      catalog,
      profileOf: () => profile,
      strategies: this.router.allStrategies(),
    };
    return replayDecision(record, sources);
  }

  private async get(
    organizationId: string,
    decisionId: string,
  ): Promise<{ stored: StoredDecision; record: DecisionRecord }> {
    const stored = await this.decisions.find(organizationId, decisionId);
    const record = stored && parseJson(stored.record);
    if (!stored || !isDecisionRecord(record)) throw notFound();
    return { stored, record };
  }
}

function factsOf(stored: StoredDecision): JsonObject {
  const record = parseJson(stored.record);
  return {
    id: stored.decisionId,
    request_id: stored.requestId,
    experiment_id: stored.experimentId,
    variant: stored.variant,
    record: isJsonObject(record) ? record : null,
  };
}

function notFound(): AppError {
  return new AppError(GATEWAY_ERRORS.notFound, {
    public: 'There is no such decision. A new one can be looked up a second or two after its request.',
    param: 'id',
  });
}

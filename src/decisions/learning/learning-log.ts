import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/clock';
import type { LoggedDecision } from '../../routing/learning/replay/logged-decision';
import type { ReplayVersions } from '../../routing/learning/replay/policy-replay';
import { DecisionsConfig } from '../decisions.config';
import { KeptVersions } from '../replay/kept-versions';
import { LoggedDecisionReader } from '../replay/logged-decision-reader';
import { RoutingVersionRepository } from '../store/routing-version.repository';

/** About 30 MB of records; the newest are learned from. */
const MOST_DECISIONS = 10_000;
const SPARE = 2_000;
const DAY_MS = 86_400_000;
/** Digits of the router's fingerprint that records keep. */
const SHOWN_VERSION = 8;

/** A tenant's decisions with a known outcome. */
export interface LearningLog {
  readonly decisions: readonly LoggedDecision[];
  readonly versions: ReplayVersions;
}

/** Gathers what a router can be learned from: decisions of a tenant that the present router predicted and that were free. */
@Injectable()
export class LearningLogReader {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly versions: RoutingVersionRepository,
    private readonly config: DecisionsConfig,
    private readonly clock: Clock,
  ) {}

  async read(
    tenant: { readonly organizationId: string; readonly implicitOutcomes: boolean },
    fingerprint: string,
    signal: AbortSignal,
  ): Promise<LearningLog> {
    const { organizationId, implicitOutcomes } = tenant;
    const nowMs = this.clock.now();
    const period = { from: dayOf(nowMs - this.config.retentionDays * DAY_MS), to: dayOf(nowMs) };
    const predictedBy = fingerprint.slice(0, SHOWN_VERSION);
    const versions = new KeptVersions(this.versions);
    const decisions: LoggedDecision[] = [];
    const reader = new LoggedDecisionReader(this.dataSource);
    for await (const page of reader.read({ ...period, organizationId, implicitOutcomes })) {
      signal.throwIfAborted();
      // A cascade is no choice of one model.
      const own = page.decisions.filter(({ record }) => record.pv === predictedBy && record.r === undefined);
      await versions.load(own);
      decisions.push(...own);
      if (decisions.length > MOST_DECISIONS + SPARE) decisions.splice(0, decisions.length - MOST_DECISIONS);
    }
    return { decisions: decisions.slice(-MOST_DECISIONS), versions };
  }
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

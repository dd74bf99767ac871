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

/** Whose decisions are gathered, and what counts as an outcome. */
interface LearningTenant {
  readonly organizationId: string;
  readonly implicitOutcomes: boolean;
}

/** Who has to have predicted them. */
interface PresentRouter {
  readonly fingerprint: string;
  /** `YYYY-MM-DD`; undefined for the router that ships. */
  readonly activatedOn: string | undefined;
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

  /** The newest decisions first to be read, oldest first in the list. */
  async read(tenant: LearningTenant, present: PresentRouter, signal: AbortSignal): Promise<LearningLog> {
    const versions = new KeptVersions(this.versions);
    const days: (readonly LoggedDecision[])[] = [];
    let count = 0;
    for (const day of this.daysBack(present.activatedOn)) {
      const found = await this.readDay({ tenant, day, versions }, present.fingerprint, signal);
      days.unshift(found);
      count += found.length;
      if (count >= MOST_DECISIONS) break;
    }
    return { decisions: days.flat().slice(-MOST_DECISIONS), versions };
  }

  private async readDay(
    { tenant, day, versions }: { tenant: LearningTenant; day: string; versions: KeptVersions },
    fingerprint: string,
    signal: AbortSignal,
  ): Promise<readonly LoggedDecision[]> {
    const { organizationId, implicitOutcomes } = tenant;
    const predictedBy = fingerprint.slice(0, SHOWN_VERSION);
    const decisions: LoggedDecision[] = [];
    const period = { from: day, to: day, organizationId, implicitOutcomes };
    for await (const page of new LoggedDecisionReader(this.dataSource).read(period)) {
      signal.throwIfAborted();
      // A cascade is no choice of one model.
      const own = page.decisions.filter(({ record }) => record.pv === predictedBy && record.r === undefined);
      await versions.load(own);
      decisions.push(...own);
      if (decisions.length > MOST_DECISIONS + SPARE) decisions.splice(0, decisions.length - MOST_DECISIONS);
    }
    return decisions;
  }

  /** From today to the day on which the present router began to count, as far as decisions are kept. */
  private *daysBack(activatedOn: string | undefined): Generator<string> {
    const nowMs = this.clock.now();
    for (let back = 0; back <= this.config.retentionDays; back++) {
      const day = dayOf(nowMs - back * DAY_MS);
      if (activatedOn !== undefined && day < activatedOn) return;
      yield day;
    }
  }
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { JsonObject } from '../../common/json';
import { DecisionsConfig } from '../../decisions/decisions.config';
import { OutcomeRepository } from '../../decisions/outcomes/outcome.repository';
import { proposeThresholds } from '../../routing/propose-thresholds';
import { RoutingConfig } from '../../routing/routing.config';

const DAY_MS = 86_400_000;

/** Says from which confidence on a tenant's intents have led to good outcomes. Changes nothing by itself. */
@Injectable()
export class ThresholdsService {
  constructor(
    private readonly outcomes: OutcomeRepository,
    private readonly config: DecisionsConfig,
    private readonly routing: RoutingConfig,
    private readonly clock: Clock,
  ) {}

  async propose(organizationId: string): Promise<JsonObject> {
    const since = new Date(this.clock.now() - this.config.retentionDays * DAY_MS).toISOString().slice(0, 10);
    const sums = await this.outcomes.sumByBand(organizationId, since);
    const bands = sums.map(({ scoreSum, ...sum }) => ({ ...sum, good: scoreSum }));
    const proposals = proposeThresholds(bands).map((proposal) => ({
      intent: proposal.intent,
      outcomes: proposal.outcomes,
      low_confidence: proposal.lowConfidence ?? null,
      min_confidence_for_direct: proposal.minConfidenceForDirect ?? null,
    }));
    const { intentLowConfidence, intentMinConfidenceForDirect } = this.routing;
    return {
      since,
      current: {
        low_confidence: intentLowConfidence,
        min_confidence_for_direct: intentMinConfidenceForDirect,
      },
      proposals,
      bands: bands
        .filter(({ band }) => band >= 0)
        .map(({ intent, band, count, good }) => ({
          intent,
          from: band / 10,
          to: (band + 1) / 10,
          outcomes: count,
          good_share: Math.round((1000 * good) / count) / 1000,
        })),
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { HealthCheck, HealthCheckResult } from '../platform/lifecycle/health-check';
import { ProviderHealth } from '../providers/provider-health';
import { OfferBoard } from './offer-board';

/** Ready when at least one model of at least one provider can be called. */
@Injectable()
export class ProvidersHealthCheck implements HealthCheck {
  readonly name = 'providers';

  constructor(
    private readonly board: OfferBoard,
    private readonly health: ProviderHealth,
  ) {}

  check(): Promise<HealthCheckResult> {
    const byProvider = Map.groupBy(this.board.callableModels(), (card) => card.provider);
    const usable = [...byProvider].filter(([provider, cards]) => {
      const models = cards.map((card) => card.model);
      return this.health.snapshotOfProvider(provider, models).status !== 'unavailable';
    });
    return Promise.resolve({
      ok: usable.length > 0,
      detail: `${usable.length} of ${byProvider.size} providers usable`,
    });
  }
}

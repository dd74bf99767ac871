import { Injectable } from '@nestjs/common';
import type { ModelCard } from '../catalog/model-card';
import { ModelCatalog } from '../catalog/model-catalog';
import {
  cacheSaving,
  isPriced,
  plainTextCost,
  pricedServiceTiers,
  worstCaseCost,
  type PlannedTokens,
} from '../catalog/price-book';
import { Clock } from '../common/clock';
import type { NanoUsd } from '../common/money';
import { CostConfig } from '../cost/cost.config';
import { boundTokens, type PromptBound } from '../llm/token-estimate';
import { ProviderHealth } from '../providers/provider-health';
import { ProviderRegistry, type ConfiguredProvider } from '../providers/provider-registry';
import type { ModelHealthSnapshot } from '../providers/resilience/model-health';
import type { Offer } from '../routing/candidate';
import { CatalogView } from '../routing/catalog-view';
import { MetricsService } from '../telemetry/metrics.service';

/** Sizes of a request that prices depend on. */
export interface RequestSize {
  /** Upper bound of the prompt; how much its pictures count depends on the model. */
  readonly inputBound: PromptBound;
  /** What the prompt probably has. */
  readonly inputTokensExpected: number;
  /** The client's output limit. */
  readonly outputLimit: number | undefined;
  readonly choices: number;
  /** The vendor's way of serving that the client asked for. */
  readonly serviceTier?: string;
  /** The card with the prices that count for the caller. */
  readonly priced: (card: ModelCard) => ModelCard;
}

/** Typical length of an answer, for comparing prices; the worst case uses the limit. */
const EXPECTED_OUTPUT_TOKENS = 400;

/** Puts together what every model of the catalogue can offer right now: price, health, latency. */
@Injectable()
export class OfferBoard {
  /** Models nobody can call for want of a credential: the same rejected offers for every request. */
  private readonly withoutKey: readonly Offer[];
  /** Chat models: what the router chooses from. */
  private readonly callable: readonly ModelCard[];
  private readonly callableOfAnyKind: readonly ModelCard[];
  /** The catalogue as decision records refer to it. */
  readonly view: CatalogView;

  constructor(
    private readonly catalog: ModelCatalog,
    private readonly registry: ProviderRegistry,
    private readonly health: ProviderHealth,
    private readonly config: CostConfig,
    private readonly clock: Clock,
    metrics: MetricsService,
  ) {
    const chatModels = catalog.list().filter((card) => card.kind === 'chat');
    this.callableOfAnyKind = catalog.list().filter((card) => registry.find(card.provider) !== undefined);
    this.callable = this.callableOfAnyKind.filter((card) => card.kind === 'chat');
    this.view = new CatalogView(catalog);
    for (const card of this.callableOfAnyKind) metrics.registerModels(card.provider, [card.model]);
    this.withoutKey = chatModels
      .filter((card) => registry.find(card.provider) === undefined)
      .flatMap(unavailableOffers);
  }

  /** Every model, whatever it does, that can be called with the configured credentials. */
  callableModels(): readonly ModelCard[] {
    return this.callableOfAnyKind;
  }

  /** The same target with the organization's own key, where it has one for the provider. */
  asCalledBy<T extends { readonly provider: ConfiguredProvider }>(target: T, organizationId: string): T {
    const provider = this.registry.findFor(target.provider.name, organizationId);
    return provider === undefined || provider === target.provider ? target : { ...target, provider };
  }

  /** The provider that serves an offered model. */
  providerOf(card: ModelCard): ConfiguredProvider {
    const provider = this.registry.find(card.provider);
    if (!provider) throw new Error(`${card.provider} was offered but is not configured`);
    return provider;
  }

  /** Offers of all models, or of those that go by one name. */
  offersFor(size: RequestSize, directModel: string | undefined): readonly Offer[] {
    const cards = directModel === undefined ? this.callable : this.catalog.findByName(directModel);
    const offers: Offer[] = [];
    const planned = this.plannedTokens(size);
    const nowMs = this.clock.now();
    for (const card of cards) this.addOffers(offers, card, { size, planned, nowMs });
    if (directModel === undefined) for (const offer of this.withoutKey) offers.push(offer);
    return offers;
  }

  /** The output limit a model gets for this request. */
  outputLimitFor(card: ModelCard, size: Pick<RequestSize, 'outputLimit'>): number {
    return Math.min(size.outputLimit ?? this.config.maxTokensDefault, card.maxOutputTokens);
  }

  /** What a call to a priced model cannot exceed. */
  worstCaseOf(card: ModelCard, size: RequestSize): NanoUsd {
    const { choices, serviceTier } = size;
    const outputTokens = this.outputLimitFor(card, size);
    const planned = { inputTokens: inputTokensBoundOf(card, size), outputTokens, choices, serviceTier };
    return worstCaseCost(size.priced(card), planned, this.clock.now());
  }

  /** The service tiers in which a call of this size has a known price. */
  serviceTiersOf(card: ModelCard, size: RequestSize): readonly string[] {
    return pricedServiceTiers(size.priced(card), inputTokensBoundOf(card, size), this.clock.now());
  }

  /** What reading so many prompt tokens from the vendor's cache saves. */
  cacheSavingOf(card: ModelCard, tokens: number, size: Pick<RequestSize, 'priced'>): NanoUsd {
    return cacheSaving(size.priced(card), tokens, this.clock.now());
  }

  expectedOutputTokens(size: Pick<RequestSize, 'outputLimit'>): number {
    return Math.min(size.outputLimit ?? this.config.maxTokensDefault, EXPECTED_OUTPUT_TOKENS);
  }

  private addOffers(offers: Offer[], card: ModelCard, asked: AskedPrice): void {
    if (this.registry.find(card.provider) === undefined) {
      offers.push(...unavailableOffers(card));
      return;
    }
    const cost = this.costOf(card, asked);
    const { breaker, health, latencyMs } = liveState(this.health.snapshotOfModel(card.provider, card.model));
    for (const region of card.regions)
      offers.push({ card, region, hasApiKey: true, breaker, health, latencyMs, cost });
  }

  private plannedTokens(size: RequestSize): PlannedTokens {
    return {
      inputTokens: size.inputTokensExpected,
      outputTokens: this.expectedOutputTokens(size),
      choices: size.choices,
      serviceTier: size.serviceTier,
    };
  }

  private costOf(card: ModelCard, { size, planned, nowMs }: AskedPrice): Offer['cost'] {
    if (!isPriced(card)) return undefined;
    return new ModelCost(plainTextCost(size.priced(card), planned, nowMs), () =>
      this.worstCaseOf(card, size),
    );
  }
}

/** What the prompt of a call to this model cannot exceed. */
export function inputTokensBoundOf(
  { imageRule }: ModelCard,
  { inputBound }: Pick<RequestSize, 'inputBound'>,
): number {
  return boundTokens(inputBound, imageRule);
}

/** For what a price is asked: the same for all models of a request. */
interface AskedPrice {
  readonly size: RequestSize;
  readonly planned: PlannedTokens;
  readonly nowMs: number;
}

/** The worst case is computed on demand: routing asks for it only when a budget limits the choice. */
class ModelCost {
  constructor(
    readonly expected: NanoUsd,
    private readonly computeWorstCase: () => NanoUsd,
  ) {}

  get worstCase(): NanoUsd {
    return this.computeWorstCase();
  }
}

/** What routing wants to know of a model's health. A refused credential closes a model like an open circuit. */
function liveState(snapshot: ModelHealthSnapshot): Pick<Offer, 'breaker' | 'health' | 'latencyMs'> {
  return {
    breaker: snapshot.status === 'unavailable' ? 'open' : snapshot.circuit,
    health: snapshot.status === 'available' ? 1 : 0.5,
    latencyMs: snapshot.firstTokenMsP50 ?? snapshot.latencyMsP50,
  };
}

function unavailableOffers(card: ModelCard): Offer[] {
  return card.regions.map((region) => ({
    card,
    region,
    hasApiKey: false,
    breaker: 'closed',
    health: 1,
    latencyMs: undefined,
    cost: undefined,
  }));
}

import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller';
import { permitsModel, toAccessRules, type AccessRules } from '../access/access-rules';
import type { ModelCapabilities, ModelCard } from '../catalog/model-card';
import { priceRowAt } from '../catalog/price-book';
import { EffectivePrices } from '../catalog/prices/effective-prices';
import { Clock } from '../common/clock';
import { toUsdNumber } from '../common/money';
import { PolicyEngine } from '../policy/policy-engine';
import { ProviderHealth } from '../providers/provider-health';
import { ProviderProber, type ProbeReport } from '../providers/provider-prober';
import { namesOfCard } from '../routing/candidate';
import type { ModelDto, ModelPricingDto } from './dto/model.dto';
import type { ProviderDto, ProviderProbeDto } from './dto/provider.dto';
import { OfferBoard } from './offer-board';

/** OpenAI's list wants a date of creation; we do not know those and say when this list format began. */
const CREATED = Date.UTC(2026, 0, 1) / 1000;

const CAPABILITY_NAMES: Readonly<Record<keyof ModelCapabilities, string>> = {
  reasoning: 'reasoning',
  vision: 'vision',
  audio: 'audio',
  files: 'files',
  tools: 'tools',
  jsonMode: 'json_mode',
  jsonSchema: 'json_schema',
  logprobs: 'logprobs',
  multipleChoices: 'n',
};

/** What a caller gets to see of models and providers: only what it may use. */
@Injectable()
export class ModelDirectory {
  constructor(
    private readonly board: OfferBoard,
    private readonly policy: PolicyEngine,
    private readonly health: ProviderHealth,
    private readonly prober: ProviderProber,
    private readonly prices: EffectivePrices,
    private readonly clock: Clock,
  ) {}

  modelsOf(caller: Caller): readonly ModelDto[] {
    const auto: ModelDto = { id: 'auto', object: 'model', created: CREATED, owned_by: 'modelmuxer' };
    return [auto, ...this.cardsOf(caller).map((card) => this.toModel(card))];
  }

  /** By `provider/model`, bare id or alias. */
  findModel(caller: Caller, name: string): ModelDto | undefined {
    if (name === 'auto') return this.modelsOf(caller)[0];
    const wanted = name.toLowerCase();
    const card = this.cardsOf(caller).find((candidate) => namesOfCard(candidate).includes(wanted));
    return card && this.toModel(card);
  }

  providersOf(caller: Caller): Record<string, ProviderDto> {
    const byProvider = Map.groupBy(this.cardsOf(caller), (card) => card.provider);
    return Object.fromEntries([...byProvider].map(([name, cards]) => [name, this.toProvider(name, cards)]));
  }

  private cardsOf(caller: Caller): readonly ModelCard[] {
    const rules: AccessRules[] = [this.policy.policyOf(caller.organizationSlug).modelRules];
    if (caller.allowedModels !== null) rules.push(toAccessRules(caller.allowedModels));
    return this.board
      .callableModels()
      .filter((card) => rules.every((rule) => permitsModel(rule, namesOfCard(card))))
      .map((card) => this.prices.cardFor(caller.organizationId, card));
  }

  private toProvider(name: string, cards: readonly ModelCard[]): ProviderDto {
    const models = cards.map((card) => card.model);
    const snapshot = this.health.snapshotOfProvider(name, models);
    return {
      name,
      models,
      status: snapshot.status,
      circuit: snapshot.circuit,
      latency_ms_p50: snapshot.latencyMsP50 === undefined ? null : Math.round(snapshot.latencyMsP50),
      regions: [...new Set(cards.flatMap((card) => card.regions))],
      last_probe: toProbe(this.prober.lastOf(name)),
    };
  }

  private toModel(card: ModelCard): ModelDto {
    return {
      id: `${card.provider}/${card.model}`,
      object: 'model',
      created: CREATED,
      owned_by: card.provider,
      pricing: this.pricingOf(card),
      context_window: card.contextTokens,
      ...(card.embedding
        ? { capabilities: ['embeddings'], dimensions: card.embedding.dimensions }
        : {
            max_output_tokens: card.maxOutputTokens,
            capabilities: capabilityNamesOf(card.capabilities),
          }),
      regions: [...card.regions],
      aliases: [card.model, ...card.aliases],
      ...(card.demo && { demo: true }),
    };
  }

  private pricingOf(card: ModelCard): ModelPricingDto | undefined {
    const prices = priceRowAt(card, this.clock.now())?.perMillion;
    if (!prices) return undefined;
    const { cacheRead, cacheWrite5m } = prices;
    return {
      input: toUsdNumber(prices.inputUncached),
      output: toUsdNumber(prices.outputText),
      ...(cacheRead !== undefined && { cache_read: toUsdNumber(cacheRead) }),
      ...(cacheWrite5m !== undefined && { cache_write: toUsdNumber(cacheWrite5m) }),
      unit: 'usd_per_million_tokens',
    };
  }
}

function toProbe(report: ProbeReport | undefined): ProviderProbeDto | null {
  if (!report) return null;
  const { atMs, outcome, latencyMs } = report;
  return { at: new Date(atMs).toISOString(), outcome, latency_ms: Math.round(latencyMs) };
}

function capabilityNamesOf(capabilities: ModelCapabilities): string[] {
  const names: string[] = [];
  for (const [key, name] of Object.entries(CAPABILITY_NAMES)) {
    if (Reflect.get(capabilities, key) === true) names.push(name);
  }
  return names;
}

import { Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import { toAccessRules, type AccessRules } from '../access/access-rules';
import type { Caller } from '../access/caller';
import type { ModelCard } from '../catalog/model-card';
import { ModelCatalog } from '../catalog/model-catalog';
import { worstCaseCost } from '../catalog/price-book';
import { EffectivePrices } from '../catalog/prices/effective-prices';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { newId } from '../common/ids';
import type { NanoUsd } from '../common/money';
import { overCeiling } from '../cost/over-ceiling';
import type { EmbeddingRequest } from '../llm/embedding-request';
import { canEmbed } from '../providers/can-embed';
import { ProviderRegistry, type ConfiguredProvider } from '../providers/provider-registry';
import type { Candidate, Offer } from '../routing/candidate';
import { filterOffers, type FilterResult } from '../routing/candidate-filter';
import { noRouteError, toNoRoute, type NoRoute } from '../routing/no-route';
import { missingCapability, type RequestNeeds } from '../routing/request-needs';
import { insistedModel } from '../routing/routed-name';
import { MetricsService } from '../telemetry/metrics.service';
import { failSpan, Tracing } from '../telemetry/tracing';
import type { ReadyEmbedding } from './embedding-gateway-request';
import { inRuns, type EmbeddingPart } from './embedding-parts';
import { sizeOfEmbedding, type EmbeddingSize } from './embedding-size';
import type { ExecutionTarget } from './execution/chat-run';
import { invalidField } from './openai/wire-reader';

/** What a decision about an embeddings request is made from. */
export interface EmbeddingPlanningInput extends ReadyEmbedding {
  readonly caller: Caller;
  /** The request's span, when it is sampled. */
  readonly span: Span | undefined;
}

/** Which model embeds, at which providers it is tried, and what that may cost. */
export interface EmbeddingPlan {
  readonly decisionId: string;
  readonly strategy: 'direct' | 'cheapest';
  readonly reason: string;
  readonly priceVersion: string;
  readonly size: EmbeddingSize;
  readonly expectedCostNanoUsd: NanoUsd;
  /** What all parts together cannot exceed. */
  readonly worstCaseNanoUsd: NanoUsd;
  /** One call each; several when the inputs are more than the model takes at once. Their targets are all of the same model, the cheapest first. */
  readonly parts: readonly EmbeddingPart[];
}

/**
 * Chooses the embedding model: the one the client names, else the cheapest that suits the request and that the
 * caller may use (at the same price the first in the price lists). Only other providers of the very same model
 * stand in for it, and a failing one is not passed over for another: vectors of two models cannot be compared.
 */
@Injectable()
export class EmbeddingPlanner {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly registry: ProviderRegistry,
    private readonly prices: EffectivePrices,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
    private readonly tracing: Tracing,
  ) {}

  /** Throws 400, 402, 403, 404 or 503 when nothing can answer. */
  plan(input: EmbeddingPlanningInput): EmbeddingPlan {
    const span = this.tracing.startSpan(input.span, 'router.decide');
    try {
      const plan = this.decide(input);
      span?.setAttributes({ task_type: 'embedding', strategy: plan.strategy });
      return plan;
    } catch (error) {
      if (span) failSpan(span, error instanceof AppError ? error.code : 'internal_error');
      throw error;
    } finally {
      span?.end();
    }
  }

  /** A named embedding model that can be called with the credentials there are. */
  findCallable(name: string): ModelCard | undefined {
    return this.catalog.findByName(name).find((card) => card.embedding && this.providerOf(card));
  }

  private decide(input: EmbeddingPlanningInput): EmbeddingPlan {
    const name = insistedModel(input.original.model);
    const size = sizeOfEmbedding(input.policy.request);
    const { candidates, rejected } = this.filter(input, name, size);
    const chosen = cheapestModelOf(candidates);
    const [first] = chosen;
    if (!first) throw refusalOf(toNoRoute(rejected, name), needsOf(input.policy.request, size));
    const parts = this.partsOf(input.policy.request, chosen, input.caller.organizationId);
    const worstCaseNanoUsd = parts.reduce((sum, part) => sum + (part.targets[0]?.worstCaseNanoUsd ?? 0n), 0n);
    this.assertWithin(input.preferences.ceilingNanoUsd, worstCaseNanoUsd);
    return {
      decisionId: newId('dec', this.clock.now()),
      strategy: name === undefined ? 'cheapest' : 'direct',
      reason: name === undefined ? 'Cheapest suitable embedding model' : `Requested model ${name}`,
      priceVersion: this.prices.versionFor(input.caller.organizationId),
      size,
      expectedCostNanoUsd: first.expectedCost,
      worstCaseNanoUsd,
      parts,
    };
  }

  /** As few calls as the most modest of the providers allows. */
  private partsOf(
    { inputs, ...rest }: EmbeddingRequest,
    chosen: readonly Candidate[],
    organizationId: string,
  ): readonly EmbeddingPart[] {
    const most = Math.min(...chosen.map(({ card }) => card.embedding?.maxInputs ?? inputs.length));
    return inRuns(inputs, most).map((run) => {
      const size = sizeOfEmbedding({ ...rest, inputs: run });
      return {
        inputs: run,
        inputTokensExpected: size.inputTokensExpected,
        targets: chosen.map((candidate) => this.toTarget(candidate, size, organizationId)),
      };
    });
  }

  private filter(
    { caller, policy, preferences }: EmbeddingPlanningInput,
    name: string | undefined,
    size: EmbeddingSize,
  ): FilterResult {
    const cards =
      name === undefined
        ? this.catalog.list().filter((card) => card.kind === 'embedding')
        : this.catalog.findByName(name);
    return filterOffers(
      cards
        .map((card) => this.prices.cardFor(caller.organizationId, card))
        .flatMap((card) => this.offersOf(card, size)),
      {
        onlyModel: undefined,
        modelRules: modelRulesOf(caller, policy.modelRules),
        regionRules: [policy.regionRules],
        region: preferences.region,
        needs: needsOf(policy.request, size),
        remainingBudget: undefined,
        today: new Date(this.clock.now()).toISOString().slice(0, 10),
      },
    );
  }

  /** Health is left out on purpose: what a model's vectors are stored beside does not change with it. */
  private offersOf(card: ModelCard, size: EmbeddingSize): readonly Offer[] {
    const provider = this.providerOf(card);
    const cost = {
      expected: this.costOf(card, size.inputTokensExpected),
      worstCase: this.costOf(card, size.inputTokensBound),
    };
    return card.regions.map((region) => ({
      card,
      region,
      hasApiKey: provider !== undefined,
      breaker: 'closed',
      health: 1,
      latencyMs: undefined,
      cost,
    }));
  }

  private toTarget(
    { card, region }: Candidate,
    size: EmbeddingSize,
    organizationId: string,
  ): ExecutionTarget {
    const provider = this.registry.findFor(card.provider, organizationId);
    if (!provider) throw new Error(`${card.provider} was chosen but is not configured`);
    return {
      provider,
      card,
      region,
      maxOutputTokens: 0,
      worstCaseNanoUsd: this.costOf(card, size.inputTokensBound),
      inputTokensBound: size.inputTokensBound,
      worstCaseTokens: size.inputTokensBound,
    };
  }

  private providerOf({ provider }: ModelCard): ConfiguredProvider | undefined {
    const found = this.registry.find(provider);
    return found && canEmbed(found.adapter) ? found : undefined;
  }

  private costOf(card: ModelCard, inputTokens: number): NanoUsd {
    return worstCaseCost(card, { inputTokens, outputTokens: 0, choices: 1 }, this.clock.now());
  }

  private assertWithin(ceiling: NanoUsd | undefined, worstCase: NanoUsd): void {
    if (ceiling === undefined || worstCase <= ceiling) return;
    this.metrics.budgetDenied('request');
    throw overCeiling(ceiling, worstCase);
  }
}

function modelRulesOf({ allowedModels }: Caller, tenant: AccessRules): readonly AccessRules[] {
  return allowedModels === null ? [tenant] : [tenant, toAccessRules(allowedModels)];
}

function needsOf(request: EmbeddingRequest, size: EmbeddingSize): RequestNeeds {
  const { inputs, dimensions } = request;
  return {
    capabilities: [],
    // A chat must leave room for its answer; an input may fill the context to the last token.
    inputTokens: size.longestInputTokens - 1,
    embedding: {
      dimensions,
      tokenIds: inputs.some((input) => typeof input !== 'string'),
    },
  };
}

const MISSING: Readonly<Record<string, readonly [param: string, text: string]>> = {
  embedding: ['model', 'the model gives no embeddings'],
  token_ids: ['input', 'the model takes text, no token ids'],
  dimensions: ['dimensions', 'the model gives no vectors of this length'],
};

/** What a model cannot do is said by the field that asks for it. */
function refusalOf(noRoute: NoRoute, needs: RequestNeeds): AppError {
  const last = noRoute.rejected.findLast(({ reason }) => reason === noRoute.decisive);
  const missing = last && MISSING[missingCapability(last.card, needs) ?? ''];
  if (noRoute.decisive !== 'capability_missing' || !missing) return noRouteError(noRoute);
  return invalidField(...missing);
}

/** Every offer of the cheapest model, cheapest first. Sorting is stable, so the price lists break ties. */
function cheapestModelOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const byPrice = candidates.toSorted((a, b) => Number(a.expectedCost - b.expectedCost));
  const model = byPrice[0]?.card.model;
  return byPrice.filter((candidate) => candidate.card.model === model);
}

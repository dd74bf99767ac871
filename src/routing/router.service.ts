import { Inject, Injectable } from '@nestjs/common';
import type { AccessRules } from '../access/access-rules';
import { AppError } from '../common/app-error';
import type { NanoUsd } from '../common/money';
import type { ChatRequest } from '../llm/chat-request';
import { lastUserText } from '../llm/message-text';
import type { CacheAffinity, Candidate, Offer } from './candidate';
import { filterOffers } from './candidate-filter';
import { toCascadeWish, type CascadeDefaults } from './cascade/cascade-types';
import type { CatalogView } from './catalog-view';
import { toDecisionRecord, type DecisionRecord } from './decision-record';
import { extractFeatures, type PromptFeatures } from './features';
import { fingerprintOf } from './fingerprint';
import type { Intent } from './intent/intent-label';
import { IntentClassifier, type AskedOpinion } from './intent/intent-classifier';
import type { IntentThresholds } from './intent/intent-use';
import { toNoRoute, type NoRoute } from './no-route';
import { answersTo, planRoute } from './plan-route';
import { QualityForecast, type Forecast, type ForecastInput } from './quality-forecast';
import { needsOf } from './request-needs';
import type { RouteInput } from './route-input';
import type { RoutePlan } from './route-plan';
import { insistedModel } from './routed-name';
import { RoutingConfig } from './routing.config';
import { parseRoutingPreference, type RoutingPreference } from './routing-preference';
import { DEFAULT_PROFILE, type RoutingProfile } from './routing-profile';
import type { EmbedderFailure } from './semantic/embedder-failure';
import { ROUTING_STRATEGIES, type RoutingStrategy } from './strategies/routing-strategy';

/** What a request looks like to the router; computed once, before prices are. */
export interface RequestAnalysis {
  readonly features: PromptFeatures;
  readonly intent: Intent;
}

/** One decision to make. */
export interface RouteRequest {
  /** `dec_…` */
  readonly decisionId: string;
  /** The request as the client sent it: routing looks at the original text. */
  readonly request: ChatRequest;
  readonly analysis: RequestAnalysis;
  readonly preference: RoutingPreference;
  /** Every offer of the catalogue; for a named model the offers of its cards (dated snapshots included) are enough. */
  readonly offers: readonly Offer[];
  readonly catalog: CatalogView;
  readonly modelRules: readonly AccessRules[];
  readonly regionRules: readonly AccessRules[];
  readonly region: string | undefined;
  readonly remainingBudget: NanoUsd | undefined;
  /** What is left of the caller's tightest budget, as far as it is known. */
  readonly budgetLeft?: NanoUsd;
  readonly affinity?: CacheAffinity;
  /** What is known of the tenant's earlier answers, and what it prefers to predict with. */
  readonly knowledge?: Pick<ForecastInput, 'predictor' | 'evidence' | 'meaning' | 'neighboursOf'>;
  /** Why the built-in embedder stands in for the configured one. */
  readonly embedderFailure?: EmbedderFailure;
  /** Output tokens the expected costs were computed with. */
  readonly expectedOutputTokens: number;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly seed: number;
}

export type RouteDecision =
  | { readonly kind: 'routed'; readonly plan: RoutePlan; readonly toRecord: () => DecisionRecord }
  | { readonly kind: 'none'; readonly noRoute: NoRoute; readonly toRecord: () => DecisionRecord };

/** Chooses who answers. Takes a snapshot of everything, measures nothing itself, calls nobody. */
@Injectable()
export class RouterService {
  /** The weights of the settings, and the version by which records name them. */
  readonly profile: RoutingProfile;
  readonly profileVersion: string;

  constructor(
    private readonly config: RoutingConfig,
    @Inject(ROUTING_STRATEGIES) private readonly strategies: readonly RoutingStrategy[],
    private readonly intents: IntentClassifier,
    private readonly forecast: QualityForecast,
  ) {
    this.getStrategy(config.defaultStrategy);
    this.profile = { ...DEFAULT_PROFILE, objectives: config.objectiveWeights };
    this.profileVersion = fingerprintOf(this.profile);
  }

  /** Features and intent of a request, in time that does not depend on the prompt's length. */
  analyze(request: ChatRequest, thresholds: IntentThresholds = {}): RequestAnalysis {
    const features = extractFeatures(request);
    return { features, intent: this.intents.classify(request, features, thresholds) };
  }

  /** True when another opinion on the intent may be asked for: the choice is free, the label without influence, decisions need not be repeatable. */
  mayAskForIntent(request: ChatRequest, { intent }: RequestAnalysis, thresholds?: IntentThresholds): boolean {
    return this.mayAskVendors() && this.hasChoice(request) && this.intents.isUnsure(intent, thresholds);
  }

  /** False when decisions have to be repeatable. */
  mayAskVendors(): boolean {
    return !this.config.testMode;
  }

  /** False when the request names the model that has to answer. */
  hasChoice(request: ChatRequest): boolean {
    return this.directModelOf(request) === undefined;
  }

  /** The analysis after a language model was asked for the intent. */
  withOpinion(
    analysis: RequestAnalysis,
    opinion: AskedOpinion,
    thresholds?: IntentThresholds,
  ): RequestAnalysis {
    return { ...analysis, intent: this.intents.withOpinion(analysis.intent, opinion, thresholds) };
  }

  /** Reads the caller's wish; fails with `unknown_routing_strategy` (AppError). */
  preferenceOf(value: string | undefined): RoutingPreference {
    const { defaultStrategy, defaultObjective } = this.config;
    return parseRoutingPreference(value, this.strategyNames(), {
      engine: defaultStrategy,
      objective: defaultObjective,
    });
  }

  /** True for an engine or objective that there is. */
  knowsPreference(value: string): boolean {
    try {
      return this.preferenceOf(value).explicit;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  /** What a client's wish for a cascade starts from. */
  cascadeDefaults(): CascadeDefaults {
    return { type: this.config.cascadeType, judge: this.config.cascadeJudge };
  }

  /** The engines, by the names that callers write. */
  strategyNames(): readonly string[] {
    return this.strategies.map(({ name }) => name);
  }

  /** Every engine, for replaying decisions. */
  allStrategies(): readonly RoutingStrategy[] {
    return this.strategies;
  }

  /** The model that must answer; undefined when the choice is free. */
  directModelOf(request: ChatRequest): string | undefined {
    return this.config.honourRequestedModel ? insistedModel(request.model) : undefined;
  }

  /** The only model whose offers matter; undefined when others may answer, too. */
  onlyModelOf(request: ChatRequest): string | undefined {
    return this.config.directFailover ? undefined : this.directModelOf(request);
  }

  decide(route: RouteRequest): RouteDecision {
    const requestedModel = this.directModelOf(route.request);
    const { candidates, rejected } = this.filter(route, requestedModel);
    const forecast = this.forecastFor(route, candidates);
    const input = this.inputOf(route, requestedModel, withQualities(candidates, forecast));
    const plan =
      candidates.length === 0 ? undefined : planRoute(this.getStrategy(route.preference.engine), input);
    // Packed on demand: everything it refers to is immutable, and not every decision is kept.
    const toRecord = (): DecisionRecord =>
      toDecisionRecord(
        {
          id: route.decisionId,
          input,
          rejected,
          plan,
          predictedBy: forecast.by,
          embedderFailure: route.embedderFailure,
        },
        route.catalog,
      );
    if (plan === undefined) return { kind: 'none', noRoute: toNoRoute(rejected, requestedModel), toRecord };
    return { kind: 'routed', plan, toRecord };
  }

  private inputOf(
    route: RouteRequest,
    requestedModel: string | undefined,
    candidates: readonly Candidate[],
  ): RouteInput {
    const { preference } = route;
    return {
      ...route.analysis,
      objective: preference.objective,
      engine: preference.engine,
      requestedModel,
      candidates,
      fallback: this.fallbackAmong(candidates, preference),
      remainingBudget: route.remainingBudget,
      budgetLeft: route.budgetLeft,
      cascade: preference.cascade ?? this.cascadeOf(preference.engine),
      profile: this.profile,
      explorationPermille: this.config.testMode ? 0 : this.config.explorationPermille,
      seed: route.seed,
      expectedOutputTokens: route.expectedOutputTokens,
      configVersion: this.profileVersion,
    };
  }

  private forecastFor(route: RouteRequest, candidates: readonly Candidate[]): Forecast {
    const { analysis, knowledge, preference, request } = route;
    const text = lastUserText(request);
    return this.forecast.of(
      { ...knowledge, ...analysis, engine: preference.engine, text },
      candidates.map(({ card }) => card),
    );
  }

  private cascadeOf(engine: string): RouteInput['cascade'] {
    const isOwn = engine === 'cascade' || (engine === 'hybrid' && this.config.hybridCascade);
    return isOwn ? toCascadeWish(this.config.cascadeType, {}, this.config.cascadeJudge) : undefined;
  }

  private filter(route: RouteRequest, requestedModel: string | undefined): ReturnType<typeof filterOffers> {
    const isKnown =
      requestedModel === undefined || route.offers.some((offer) => answersTo(offer, requestedModel));
    return filterOffers(route.offers, {
      onlyModel: this.config.directFailover && isKnown ? undefined : requestedModel,
      modelRules: route.modelRules,
      regionRules: route.regionRules,
      region: route.region,
      needs: needsOf(route.request, route.analysis.features),
      remainingBudget: route.remainingBudget,
      today: route.today,
      affinity: route.affinity,
    });
  }

  /** The configured default model, unless the caller asked for an objective or engine by name. */
  private fallbackAmong(candidates: readonly Candidate[], preference: RoutingPreference): number | undefined {
    const name = this.config.defaultModel;
    if (name === undefined || preference.explicit) return undefined;
    const position = candidates.findIndex((candidate) => answersTo(candidate, name));
    return position < 0 ? undefined : position;
  }

  private getStrategy(name: string): RoutingStrategy {
    const strategy = this.strategies.find((candidate) => candidate.name === name);
    if (strategy) return strategy;
    throw new Error(
      `ROUTER_DEFAULT_STRATEGY names "${name}", but there is only: ${this.strategyNames().join(', ')}`,
    );
  }
}

function withQualities(candidates: readonly Candidate[], { qualities, predictions }: Forecast): Candidate[] {
  return candidates.map((candidate, i) => {
    const quality = qualities[i] ?? 0;
    const prediction = predictions[i] ?? quality;
    return { ...candidate, quality, ...(prediction !== quality && { prediction }) };
  });
}

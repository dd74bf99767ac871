import { Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import { toAccessRules, type AccessRules } from '../../access/access-rules';
import type { Caller } from '../../access/caller';
import { EffectivePrices } from '../../catalog/prices/effective-prices';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import type { NanoUsd } from '../../common/money';
import type { BudgetFilter } from '../../cost/budgets/budget';
import type { ChatRequest } from '../../llm/chat-request';
import { upperBoundPrompt } from '../../llm/token-estimate';
import type { PolicyOutcome } from '../../policy/policy-engine';
import type { CacheAffinity } from '../../routing/candidate';
import { RouterService, type RequestAnalysis, type RouteDecision } from '../../routing/router.service';
import type { MeaningSearch } from '../../routing/semantic/semantic-space';
import type { ChatPreferences } from '../chat-preferences';
import { TenantKnowledge } from '../learning/tenant-knowledge';
import type { SteeredChat } from '../steering/traffic-steering';
import { OfferBoard, type RequestSize } from '../offer-board';
import { RoutingHints } from './routing-hints';

/** What a decision is made from; the same for a first and a second, cheaper plan. */
export interface PlanningInput {
  readonly caller: Caller;
  /** As the client wrote it. */
  readonly original: ChatRequest;
  /** Its outcome's request is what will be sent, and what the size is taken from. */
  readonly policy: PolicyOutcome;
  readonly preferences: ChatPreferences;
  /** What the client wrote as `model`, before aliases. */
  readonly requestedModel: string | undefined;
  readonly experiment: SteeredChat['experiment'];
  readonly thresholds: SteeredChat['thresholds'];
  /** By the configured embedder, when there is one besides the built-in and the engine looks at meanings. */
  readonly search: MeaningSearch;
  /** What is known of the request already; analysed anew when absent. */
  readonly analysis?: RequestAnalysis;
  /** Id of the first decision, when calls for it have been booked already. */
  readonly firstDecisionId?: string;
  /** What has been spent on the decision. */
  readonly auxiliaryNanoUsd?: NanoUsd;
  readonly route: string;
  readonly requestId: string;
  /** The request's span, when it is sampled. */
  readonly span: Span | undefined;
  /** Models that a budget has no room for; absent for any. */
  readonly without?: BudgetFilter;
}

/** A decision and what it was made with. */
export interface DecidedRoute {
  readonly decisionId: string;
  readonly size: RequestSize;
  readonly analysis: RequestAnalysis;
  readonly decision: RouteDecision;
  /** Names the prices it was made with. */
  readonly priceVersion: string;
}

const SEED_RANGE = 2 ** 32;
/** A photograph of a megapixel, as most vendors count it. */
const EXPECTED_IMAGE_TOKENS = 1_500;

/** Puts together all that a routing decision is made from, and lets the router make it. Spends and calls nothing. */
@Injectable()
export class RouteDecider {
  constructor(
    private readonly router: RouterService,
    private readonly board: OfferBoard,
    private readonly hints: RoutingHints,
    private readonly prices: EffectivePrices,
    private readonly clock: Clock,
    private readonly knowledge: TenantKnowledge,
  ) {}

  /** Looks up what the tenant's decisions depend on; undefined when there is nothing to wait for. Never rejects. */
  prepare({ organizationId }: Caller): Promise<void> | undefined {
    return this.knowledge.prepare(organizationId);
  }

  decide(input: PlanningInput, remainingBudget: NanoUsd | undefined): DecidedRoute {
    const { organizationId } = input.caller;
    const size = sizeOf(input.policy.request, (card) => this.prices.cardFor(organizationId, card));
    const decisionId = input.firstDecisionId ?? newId('dec', this.clock.now());
    const analysis = input.analysis ?? this.router.analyze(input.original, input.thresholds);
    const decision = this.router.decide({
      decisionId,
      request: input.original,
      analysis,
      preference: input.preferences.routing,
      offers: this.board.offersFor(size, this.router.onlyModelOf(input.original)),
      catalog: this.board.view,
      modelRules: modelRulesOf(input),
      regionRules: [input.policy.regionRules],
      region: input.preferences.region,
      remainingBudget,
      budgetLeft: this.hints.budgetLeftOf(input.caller),
      affinity: this.affinityOf(input, size),
      knowledge: { ...this.knowledge.of(input.caller.organizationId), meaning: input.search.meaning },
      embedderFailure: input.search.failure,
      expectedOutputTokens: this.board.expectedOutputTokens(size),
      today: new Date(this.clock.now()).toISOString().slice(0, 10),
      seed: Math.floor(Math.random() * SEED_RANGE),
    });
    return { decisionId, size, analysis, decision, priceVersion: this.prices.versionFor(organizationId) };
  }

  private affinityOf(
    { caller, original, preferences }: PlanningInput,
    size: RequestSize,
  ): CacheAffinity | undefined {
    const warm = this.hints.findWarmModel({ caller, request: original, session: preferences.session });
    if (!warm) return undefined;
    const saving = this.board.cacheSavingOf(warm.card, Math.min(warm.tokens, size.inputTokensExpected), size);
    return saving > 0n ? { card: warm.card, region: warm.region, saving } : undefined;
  }
}

function sizeOf(request: ChatRequest, priced: RequestSize['priced']): RequestSize {
  const inputBound = upperBoundPrompt(request);
  return {
    inputBound,
    inputTokensExpected: Math.ceil(inputBound.tokens / 4) + inputBound.images.length * EXPECTED_IMAGE_TOKENS,
    outputLimit: request.maxOutputTokens,
    choices: request.choiceCount,
    serviceTier: request.serviceTier,
    priced,
  };
}

/** Every rule that says which models the caller may use. */
export function modelRulesOf({
  caller,
  policy,
  without,
}: Pick<PlanningInput, 'caller' | 'policy' | 'without'>): readonly AccessRules[] {
  const rules = [policy.modelRules];
  if (caller.allowedModels !== null) rules.push(toAccessRules(caller.allowedModels));
  if (without) rules.push(toAccessRules(undefined, [namesOf(without)]));
  return rules;
}

function namesOf({ provider, model }: BudgetFilter): string {
  if (provider === null) return model ?? '*';
  return `${provider}/${model ?? '*'}`;
}

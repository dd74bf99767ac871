import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error';
import type { NanoUsd } from '../common/money';
import { overCeiling } from '../cost/over-ceiling';
import { DecisionJournal } from '../decisions/store/decision-journal';
import { noRouteError, type NoRoute } from '../routing/no-route';
import { DIRECT } from '../routing/plan-route';
import type { RoutePlan } from '../routing/route-plan';
import type { RequestAnalysis, RouteDecision } from '../routing/router.service';
import { MetricsService } from '../telemetry/metrics.service';
import { failSpan, Tracing } from '../telemetry/tracing';
import type { ExecutionTarget } from './execution/chat-run';
import { GatewayConfig } from './gateway.config';
import { inputTokensBoundOf, OfferBoard, type RequestSize } from './offer-board';
import { RouteDecider, type PlanningInput } from './planning/route-decider';

/** Who will be tried, in which order, and what that may cost. */
export interface ChatPlan {
  readonly decisionId: string;
  readonly plan: RoutePlan;
  readonly analysis: RequestAnalysis;
  readonly priceVersion: string;
  readonly targets: readonly ExecutionTarget[];
  /** What becomes of the answer says something about a choice that was free and is kept. */
  readonly teaches: boolean;
}

/** Turns a request into a plan: features and intent, offers, decision, limits. Throws when nothing can answer. */
@Injectable()
export class ChatPlanner {
  constructor(
    private readonly decider: RouteDecider,
    private readonly board: OfferBoard,
    private readonly config: GatewayConfig,
    private readonly metrics: MetricsService,
    private readonly tracing: Tracing,
    private readonly journal: DecisionJournal,
  ) {}

  plan(input: PlanningInput, remainingBudget: NanoUsd | undefined): ChatPlan {
    const span = this.tracing.startSpan(input.span, 'router.decide');
    try {
      const plan = this.decide(input, remainingBudget);
      span?.setAttributes(spanAttributes(plan));
      return plan;
    } catch (error) {
      if (span) failSpan(span, error instanceof AppError ? error.code : 'internal_error');
      throw error;
    } finally {
      span?.end();
    }
  }

  /** Resolves when the decisions made so far are noted. */
  drained(): Promise<void> {
    return this.journal.drained();
  }

  private decide(input: PlanningInput, remainingBudget: NanoUsd | undefined): ChatPlan {
    const startedAt = performance.now();
    const { decision, size, ...decided } = this.decider.decide(input, remainingBudget);
    this.metrics.routerDecision({ route: input.route, durationMs: performance.now() - startedAt });
    const isKept = this.note(input, decided.decisionId, decision);
    if (decision.kind === 'none') throw this.refusal(decision.noRoute, size, remainingBudget);
    return {
      ...decided,
      plan: decision.plan,
      teaches: isKept && decision.plan.strategy !== DIRECT,
      targets: this.targetsOf(decision.plan, size).map((target) =>
        this.board.asCalledBy(target, input.caller.organizationId),
      ),
    };
  }

  private note(
    { caller, requestId, experiment }: PlanningInput,
    decisionId: string,
    decision: RouteDecision,
  ): boolean {
    return this.journal.note({
      decision_id: decisionId,
      organization_id: caller.organizationId,
      request_id: requestId,
      user_id: caller.userId,
      api_key_id: caller.apiKeyId ?? null,
      experiment_id: experiment?.id ?? null,
      variant: experiment?.variant ?? null,
      always: experiment !== undefined || isExplored(decision),
      toRecord: decision.toRecord,
    });
  }

  /** When money is what is missing, the answer says how much the cheapest model would have needed. */
  private refusal(noRoute: NoRoute, size: RequestSize, limit: NanoUsd | undefined): AppError {
    if (noRoute.decisive !== 'over_budget' || limit === undefined) return noRouteError(noRoute);
    const estimates = noRoute.rejected
      .filter(({ reason }) => reason === 'over_budget')
      .map(({ card }) => this.board.worstCaseOf(card, size));
    const estimate = estimates.reduce((a, b) => (b < a ? b : a), estimates[0] ?? 0n);
    this.metrics.budgetDenied('request');
    return overCeiling(limit, estimate);
  }

  private targetsOf(plan: RoutePlan, size: RequestSize): readonly ExecutionTarget[] {
    const steps = plan.cascade
      ? plan.steps
      : otherProviderSecond(plan.steps).slice(0, this.config.maxAttempts);
    return steps.map(({ card, region }) => {
      const maxOutputTokens = this.board.outputLimitFor(card, size);
      const inputTokensBound = inputTokensBoundOf(card, size);
      return {
        provider: this.board.providerOf(card),
        card,
        region,
        maxOutputTokens,
        worstCaseNanoUsd: this.board.worstCaseOf(card, size),
        inputTokensBound,
        worstCaseTokens: inputTokensBound + maxOutputTokens * size.choices,
        ...(size.serviceTier !== undefined && { serviceTiers: this.board.serviceTiersOf(card, size) }),
      };
    });
  }
}

/** Explored decisions are what routing can be learned from. */
function isExplored(decision: RouteDecision): boolean {
  return decision.kind === 'routed' && decision.plan.propensity !== undefined;
}

/** What ails one model of a provider mostly ails all: when the first choice fails, another provider is the better bet. */
function otherProviderSecond<T extends Pick<ExecutionTarget, 'card'>>(steps: readonly T[]): readonly T[] {
  const [first] = steps;
  const second = steps.find(({ card }) => card.provider !== first?.card.provider);
  if (first === undefined || second === undefined) return steps;
  return [first, second, ...steps.filter((step) => step !== first && step !== second)];
}

function spanAttributes({ plan, analysis, targets }: ChatPlan): Record<string, string | number> {
  const [first] = targets;
  return {
    task_type: analysis.intent.label,
    confidence: analysis.intent.confidence,
    strategy: plan.strategy,
    objective: plan.objective,
    'gen_ai.request.model': first?.card.model ?? '',
  };
}

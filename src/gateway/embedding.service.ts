import { Injectable } from '@nestjs/common';
import { callerOf } from '../access/gateway-request';
import { BudgetAdmission } from '../cost/holds/budget-admission';
import type { RequestHold } from '../cost/holds/request-hold';
import type { EmbeddingGatewayRequest, ReadyEmbedding } from './embedding-gateway-request';
import { EmbeddingPlanner, type EmbeddingPlan } from './embedding-planner';
import { RunTally, type EmbeddingRun, type ExecutionTarget } from './execution/chat-run';
import { PlanExecutor, type CompletedEmbedding } from './execution/plan-executor';
import { RunSettlement } from './execution/run-settlement';
import { routeOf } from './route-of';

/** A request that has a plan and the money for it. It must be finished, whatever happens. */
export interface AdmittedEmbedding {
  readonly plan: EmbeddingPlan;
  readonly run: EmbeddingRun;
}

const ENDPOINT = 'embeddings';
const OBJECTIVE = 'cost_optimized';
/** One model embeds or none: there is no second plan. */
const NO_TARGETS = (): readonly ExecutionTarget[] => [];

/** The second half of an embeddings request's path, in order: plan → hold → execute → settle. */
@Injectable()
export class EmbeddingService {
  constructor(
    private readonly planner: EmbeddingPlanner,
    private readonly admission: BudgetAdmission,
    private readonly executor: PlanExecutor,
    private readonly settlement: RunSettlement,
  ) {}

  /** Chooses the model and reserves the worst case; throws 402, 403, 404, 429 or 503 before anything is spent. */
  async admit(
    request: EmbeddingGatewayRequest,
    embedding: ReadyEmbedding,
    signal: AbortSignal,
  ): Promise<AdmittedEmbedding> {
    const caller = callerOf(request);
    const plan = this.planner.plan({ ...embedding, caller, span: request.state.span });
    const [target] = plan.targets;
    if (!target) throw new Error('a plan without targets');
    const { worstCaseNanoUsd, worstCaseTokens } = target;
    const { requestId } = request.state;
    const outcome = await this.admission.admit({ requestId, caller, worstCaseNanoUsd, worstCaseTokens });
    // There is nothing cheaper to fall back to.
    if (outcome.kind === 'refused') throw outcome.error;
    return { plan, run: toRun(request, embedding, { plan, hold: outcome.hold, signal }) };
  }

  /** One vector per input, from the first target that gives them. */
  embed({ run }: AdmittedEmbedding): Promise<CompletedEmbedding> {
    return this.executor.embed(run);
  }

  /** Settles the hold with what was spent; not awaited by the client's answer. */
  finish({ run }: AdmittedEmbedding): void {
    this.settlement.finish(run);
  }
}

function toRun(
  request: EmbeddingGatewayRequest,
  { original, policy, preferences }: ReadyEmbedding,
  { plan, hold, signal }: { plan: EmbeddingPlan; hold: RequestHold; signal: AbortSignal },
): EmbeddingRun {
  return {
    facts: request.state,
    span: request.state.span,
    caller: callerOf(request),
    endpoint: ENDPOINT,
    purpose: 'embedding',
    route: routeOf(request),
    embedding: policy.request,
    requestedModel: original.model,
    inputTokensBound: plan.size.inputTokensBound,
    inputTokensExpected: plan.size.inputTokensExpected,
    decision: {
      decisionId: plan.decisionId,
      strategy: plan.strategy,
      objective: OBJECTIVE,
      intent: null,
      priceVersion: plan.catalogVersion,
    },
    targets: plan.targets,
    nextTargets: NO_TARGETS,
    hold,
    ceilingNanoUsd: preferences.ceilingNanoUsd,
    signal,
    tally: new RunTally(),
  };
}

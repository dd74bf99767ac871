import { Injectable } from '@nestjs/common';
import { callerOf } from '../access/gateway-request';
import { AppError } from '../common/app-error';
import { BudgetAdmission } from '../cost/holds/budget-admission';
import type { RequestHold } from '../cost/holds/request-hold';
import type { EmbeddingResult } from '../llm/embedding-result';
import { addUsage } from '../llm/token-usage';
import type { EmbeddingGatewayRequest, ReadyEmbedding } from './embedding-gateway-request';
import { EmbeddingPlanner, type EmbeddingPlan } from './embedding-planner';
import type { EmbeddingPart } from './embedding-parts';
import { RunTally, type EmbeddingRun, type ExecutionTarget } from './execution/chat-run';
import { PlanExecutor, type CompletedEmbedding } from './execution/plan-executor';
import { questionOfEmbedding } from './execution/question-of';
import { RunSettlement } from './execution/run-settlement';
import { routeOf } from './route-of';

/** A request that has a plan and the money for it. It must be finished, whatever happens. */
export interface AdmittedEmbedding {
  readonly plan: EmbeddingPlan;
  /** The first part's call; the others differ in inputs and targets. */
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
    const target = plan.parts[0]?.targets[0];
    if (!target) throw new Error('a plan without targets');
    const wish = {
      requestId: request.state.requestId,
      caller,
      target: target.card,
      worstCaseNanoUsd: plan.worstCaseNanoUsd,
      worstCaseTokens: plan.size.inputTokensBound,
    };
    const outcome = await this.admission.admit(wish);
    // There is nothing cheaper to fall back to.
    const hold =
      outcome.kind === 'admitted' ? outcome.hold : await this.admission.admitLater(wish, outcome, signal);
    if (hold instanceof AppError) throw hold;
    return { plan, run: toRun(request, embedding, { plan, hold, signal }) };
  }

  /** One vector per input, each part's from the first target that gives them; one part after the other. */
  async embed({ plan, run }: AdmittedEmbedding): Promise<CompletedEmbedding> {
    const done: CompletedEmbedding[] = [];
    for (const part of plan.parts) {
      run.tally.beginPart();
      done.push(await this.executor.embed(withPart(run, part)));
    }
    return done.reduce(joined);
  }

  /** Settles the hold with what was spent; not awaited by the client's answer. */
  finish({ run }: AdmittedEmbedding): void {
    this.settlement.finish(run);
  }
}

function withPart(run: EmbeddingRun, { inputs, inputTokensExpected, targets }: EmbeddingPart): EmbeddingRun {
  return { ...run, embedding: { ...run.embedding, inputs }, inputTokensExpected, targets };
}

/** Two parts of one answer as one: the vectors in their order, what they cost together. */
function joined(first: CompletedEmbedding, second: CompletedEmbedding): CompletedEmbedding {
  const { receipt, result } = first;
  const other = second.receipt;
  return {
    result: joinedResult(result, second.result),
    receipt: {
      ...receipt,
      usage: addUsage(receipt.usage, other.usage),
      costNanoUsd: receipt.costNanoUsd + other.costNanoUsd,
      costSource: other.costSource === 'exact' ? receipt.costSource : other.costSource,
    },
  };
}

function joinedResult(first: EmbeddingResult, second: EmbeddingResult): EmbeddingResult {
  const usage = first.usage && second.usage && addUsage(first.usage, second.usage);
  return { ...first, vectors: [...first.vectors, ...second.vectors], usage };
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
    question: questionOfEmbedding(policy.request),
    inputTokensExpected: plan.size.inputTokensExpected,
    decision: {
      decisionId: plan.decisionId,
      strategy: plan.strategy,
      objective: OBJECTIVE,
      intent: null,
      priceVersion: plan.priceVersion,
    },
    targets: plan.parts[0]?.targets ?? [],
    candidates: (plan.parts[0]?.targets ?? []).map(({ card }) => card),
    outputLimit: undefined,
    nextTargets: NO_TARGETS,
    hold,
    ceilingNanoUsd: preferences.ceilingNanoUsd,
    signal,
    tally: new RunTally(),
  };
}

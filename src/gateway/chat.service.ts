import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error';
import type { NanoUsd } from '../common/money';
import { BudgetAdmission } from '../cost/holds/budget-admission';
import type { Refusal } from '../cost/holds/refusal';
import type { RequestHold } from '../cost/holds/request-hold';
import { ChatEpilogue } from './chat-epilogue';
import { ChatPlanner, type ChatPlan } from './chat-planner';
import type { ChatGatewayRequest, ReadyChat } from './chat-gateway-request';
import { CascadeExecutor, type CascadeAnswer } from './execution/cascade-executor';
import { CHAT_ENDPOINT } from './execution/endpoints';
import { RunTally, type ChatRun, type ExecutionTarget } from './execution/chat-run';
import { PlanExecutor, type CompletedAnswer } from './execution/plan-executor';
import { questionOfChat } from './execution/question-of';
import type { StreamedAnswer } from './execution/streamed-answer';
import { ChatPreparation } from './planning/chat-preparation';
import type { PlanningInput } from './planning/route-decider';

/** A request that has a plan and the money for it. It must be finished, whatever happens. */
export interface AdmittedChat {
  readonly input: PlanningInput;
  readonly plan: ChatPlan;
  readonly run: ChatRun;
}

interface Arrival {
  readonly request: ChatGatewayRequest;
  readonly input: PlanningInput;
  readonly signal: AbortSignal;
}

/**
 * The second half of a chat request's path, in order: plan → hold → execute → settle. The controller
 * writes what comes out of it to the client.
 */
@Injectable()
export class ChatService {
  constructor(
    private readonly planner: ChatPlanner,
    private readonly admission: BudgetAdmission,
    private readonly executor: PlanExecutor,
    private readonly cascades: CascadeExecutor,
    private readonly epilogue: ChatEpilogue,
    private readonly preparation: ChatPreparation,
  ) {}

  /** Decides who answers and reserves the worst case; throws 402, 403, 404, 429 or 503 before anything is spent. */
  async admit(request: ChatGatewayRequest, chat: ReadyChat, signal: AbortSignal): Promise<AdmittedChat> {
    const input = await this.preparation.prepare(request, chat, signal);
    const first = this.planner.plan(input, input.preferences.ceilingNanoUsd);
    const { plan, hold } = await this.reserve({ request, input, signal }, first);
    const nextTargets = (): readonly ExecutionTarget[] =>
      this.planWithin(input, input.preferences.ceilingNanoUsd)?.targets ?? [];
    return { plan, input, run: toRun(request, input, { plan, nextTargets, hold, signal }) };
  }

  /** The whole answer of the first target that gives one. */
  async complete({ run, plan, input }: AdmittedChat): Promise<CompletedAnswer & Partial<CascadeAnswer>> {
    const { cascade } = plan.plan;
    const answer: CompletedAnswer & Partial<CascadeAnswer> = cascade
      ? await this.cascades.complete(run, cascade)
      : await this.executor.complete(run);
    this.epilogue.answered({ input, plan }, answer);
    return answer;
  }

  /** A stream whose first content has arrived. */
  async open({ run, plan, input }: AdmittedChat): Promise<StreamedAnswer> {
    const { cascade } = plan.plan;
    const answer = cascade ? await this.cascades.open(run, cascade) : await this.executor.open(run);
    return this.epilogue.watched({ input, plan }, answer);
  }

  /** Settles the hold with what was spent. Not awaited by the client's answer; see {@link drained}. */
  finish({ run, input, plan }: AdmittedChat): void {
    this.epilogue.finish(run, { input, plan });
  }

  /** Resolves when every finished request is settled; part of a graceful stop. */
  async drained(): Promise<void> {
    await Promise.all([this.epilogue.drained(), this.planner.drained(), this.preparation.drained()]);
  }

  /** Holds the plan's first target; when the budget has no room for it, asks for the best plan that fits; else waits a little. */
  private async reserve(
    { request, input, signal }: Arrival,
    first: ChatPlan,
  ): Promise<{ plan: ChatPlan; hold: RequestHold }> {
    const wish = admissionOf(request, input, first);
    const outcome = await this.admission.admit(wish);
    if (outcome.kind === 'admitted') return { plan: first, hold: outcome.hold };
    for (const plan of this.plansAround(outcome, input)) {
      const second = await this.admission.admit(admissionOf(request, input, plan));
      if (second.kind === 'admitted') return { plan, hold: second.hold };
    }
    const hold = await this.admission.admitLater(wish, outcome, signal);
    if (hold instanceof AppError) throw hold;
    return { plan: first, hold };
  }

  /** Plans for models the refusing budget does not count, then for what it still has room for. */
  private *plansAround(
    { onlyFor, availableNanoUsd }: Refusal,
    input: PlanningInput,
  ): Generator<ChatPlan, void> {
    const { ceilingNanoUsd } = input.preferences;
    const elsewhere = onlyFor && this.planWithin({ ...input, without: onlyFor }, ceilingNanoUsd);
    if (elsewhere) yield elsewhere;
    if (availableNanoUsd === undefined) return;
    const cheaper = this.planWithin(input, tighter(availableNanoUsd, ceilingNanoUsd));
    if (cheaper) yield cheaper;
  }

  private planWithin(input: PlanningInput, limit: NanoUsd | undefined): ChatPlan | undefined {
    try {
      return this.planner.plan({ ...input, firstDecisionId: undefined }, limit);
    } catch (error) {
      // Nothing else can answer: what happened before this question says more than its refusal.
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }
}

function tighter(limit: NanoUsd, other: NanoUsd | undefined): NanoUsd {
  return other !== undefined && other < limit ? other : limit;
}

function admissionOf(
  request: ChatGatewayRequest,
  input: PlanningInput,
  plan: ChatPlan,
): Parameters<BudgetAdmission['admit']>[0] {
  const [target] = plan.targets;
  if (!target) throw new Error('a plan without targets');
  return {
    requestId: request.state.requestId,
    caller: input.caller,
    target: target.card,
    worstCaseNanoUsd: target.worstCaseNanoUsd,
    worstCaseTokens: target.worstCaseTokens,
  };
}

function toRun(
  request: ChatGatewayRequest,
  input: PlanningInput,
  { plan, ...rest }: { plan: ChatPlan } & Pick<ChatRun, 'nextTargets' | 'hold' | 'signal'>,
): ChatRun {
  return {
    facts: request.state,
    span: request.state.span,
    caller: input.caller,
    endpoint: CHAT_ENDPOINT,
    purpose: 'answer',
    route: input.route,
    chat: input.policy.request,
    requestedModel: input.requestedModel,
    question: questionOfChat(input.policy.request),
    decision: {
      decisionId: plan.decisionId,
      strategy: plan.plan.strategy,
      objective: plan.plan.objective,
      intent: plan.analysis.intent.label,
      priceVersion: plan.priceVersion,
    },
    targets: plan.targets,
    candidates: plan.plan.steps.map(({ card }) => card),
    outputLimit: input.original.maxOutputTokens,
    ceilingNanoUsd: input.preferences.ceilingNanoUsd,
    tally: new RunTally(),
    auxiliaryNanoUsd: input.auxiliaryNanoUsd,
    ...rest,
  };
}

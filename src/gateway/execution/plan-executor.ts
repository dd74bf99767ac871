import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { BudgetAdmission } from '../../cost/holds/budget-admission';
import type { ChatResult } from '../../llm/chat-result';
import { isContentEvent, type ChatStreamEvent } from '../../llm/chat-stream-event';
import type { EmbeddingResult } from '../../llm/embedding-result';
import { ProviderError } from '../../llm/provider-error';
import { NO_USAGE, type TokenUsage } from '../../llm/token-usage';
import { ProviderInvoker, type EmbeddingInvocation, type Invocation } from '../../providers/provider-invoker';
import { decideRetry } from '../../providers/resilience/retry-policy';
import { RetryBudget } from '../../providers/resilience/retry-budget';
import { MetricsService } from '../../telemetry/metrics.service';
import { GatewayConfig } from '../gateway.config';
import { GATEWAY_ERRORS } from '../gateway.errors';
import { AnswerStream, type StreamEnd } from './answer-stream';
import { AttemptLedger, type AttemptEnd, type AttemptReceipt, type OpenAttempt } from './attempt-ledger';
import type { ChatRun, EmbeddingRun, ExecutionTarget, VendorRun } from './chat-run';
import { EmbeddingMeter } from './embedding-meter';
import { FailedAttempts } from './failed-attempts';
import { StreamMeter, type FinalUsage } from './stream-meter';

/** A whole answer and what was booked for it. */
export interface CompletedAnswer {
  readonly result: ChatResult;
  readonly receipt: AttemptReceipt;
}

/** One vector per input, and what was booked for them. */
export interface CompletedEmbedding {
  readonly result: EmbeddingResult;
  readonly receipt: AttemptReceipt;
}

/** Plans that are made for one request while the vendor knows none of their models. */
const MAX_PLANS = 8;

/** What follows a failure: the next target, the same again, or the same with another key of its provider. */
type NextCall = 'failover' | 'retry' | 'other-key';

interface Failing {
  readonly target: ExecutionTarget;
  readonly failures: FailedAttempts;
  /** How many attempts the target has had; from 1. */
  readonly attempt: number;
}

interface MeteredAttempt {
  readonly run: VendorRun;
  readonly attempt: OpenAttempt;
  readonly meter: Pick<StreamMeter, 'model' | 'serviceTier' | 'finalUsage'>;
}

/**
 * Works through a plan: one call after the other until one answers. Every single call is covered by
 * the hold, noted before it is sent and booked after it ended, retries and failovers included.
 */
@Injectable()
export class PlanExecutor {
  constructor(
    private readonly invoker: ProviderInvoker,
    private readonly retryBudget: RetryBudget,
    private readonly attempts: AttemptLedger,
    private readonly admission: BudgetAdmission,
    private readonly config: GatewayConfig,
    private readonly metrics: MetricsService,
  ) {}

  /** Resolves with the first answer; rejects with the last failure when no target answers. */
  complete(run: ChatRun): Promise<CompletedAnswer> {
    return this.tryPlans(run, (attempt) => this.completeOnce(run, attempt));
  }

  /** Resolves when the first content event has arrived; until then a failure moves on to the next target. */
  open(run: ChatRun): Promise<AnswerStream> {
    return this.tryPlans(run, (attempt) => this.openOnce(run, attempt));
  }

  /** Resolves with the vectors of the first target that gives them. */
  embed(run: EmbeddingRun): Promise<CompletedEmbedding> {
    return this.tryPlans(run, (attempt) => this.embedOnce(run, attempt));
  }

  /** A server that stands in for a vendor may know few of its models: each is asked for once, until one is found. */
  private async tryPlans<T>(run: VendorRun, once: (attempt: OpenAttempt) => Promise<T>): Promise<T> {
    let { targets } = run;
    for (let plans = 1; ; plans++) {
      try {
        return await this.tryTargets({ ...run, targets }, once);
      } catch (failure) {
        if (!isUnknownModel(failure) || plans === MAX_PLANS || run.signal.aborted) throw failure;
        targets = run.nextTargets();
        if (targets.length === 0) throw failure;
      }
    }
  }

  private async tryTargets<T>(run: VendorRun, once: (attempt: OpenAttempt) => Promise<T>): Promise<T> {
    const failures = new FailedAttempts();
    for (const target of run.targets) {
      let next: NextCall = 'failover';
      for (let attemptOnTarget = 1; this.hasAttemptsLeft(run); attemptOnTarget++) {
        if (run.signal.aborted) throw failures.lastOr(clientLeft(target));
        const refusal = this.invoker.refusalOf(target);
        if (refusal) {
          failures.addRefusal(refusal);
          this.metrics.routerFallback({ route: run.route, reason: refusal.kind });
          break;
        }
        // What does not cover this target may still cover a cheaper one behind it.
        if (!(await this.isCovered(run, target))) break;
        if (next !== 'other-key' && !this.mayCall(target, failures)) break;
        const attempt = await this.attempts.begin(run, target);
        try {
          return await once(attempt);
        } catch (error) {
          failures.add(target.provider.name, error);
        }
        next = await this.afterFailure(run, { target, failures, attempt: attemptOnTarget });
        if (next === 'failover') break;
      }
    }
    throw failures.worthTellingOr(noBudgetLeft());
  }

  /** The first call to a provider is free; one that has just shown itself ailing costs a repetition. */
  private mayCall(target: ExecutionTarget, failures: FailedAttempts): boolean {
    const { name } = target.provider;
    if (failures.isAiling(name)) return this.retryBudget.take(name);
    if (!failures.hasCalled(name)) this.retryBudget.noteRequest(name);
    return true;
  }

  private hasAttemptsLeft({ tally, attemptsBefore = 0 }: VendorRun): boolean {
    return tally.countedAttempts - attemptsBefore < this.config.maxAttempts;
  }

  /** Waits before a repetition; throws what cannot be helped by another call. */
  private async afterFailure(run: VendorRun, { target, failures, attempt }: Failing): Promise<NextCall> {
    const failure = failures.last;
    if (!(failure instanceof ProviderError) || run.signal.aborted) throw failure;
    const decision = decideRetry({
      error: failure,
      attempt,
      contentDelivered: false,
      remainingMs: Number.POSITIVE_INFINITY,
      random: Math.random(),
      hasOtherCredential: this.invoker.hasOtherCredential(target, failure),
    });
    if (decision.action === 'stop') throw failure;
    this.metrics.routerFallback({ route: run.route, reason: failure.kind });
    if (decision.action === 'failover') return 'failover';
    // Waiting would be in vain; the repetition itself is taken when it is made.
    if (decision.takesBudget && !this.retryBudget.has(target.provider.name)) return 'failover';
    await sleep(decision.delayMs, undefined, { signal: run.signal }).catch(() => Promise.reject(failure));
    return decision.takesBudget ? 'retry' : 'other-key';
  }

  /** True when the hold covers another call of this target, anew where earlier calls have eaten into it or other budgets count. */
  private async isCovered(
    { hold, tally, ceilingNanoUsd }: VendorRun,
    target: ExecutionTarget,
  ): Promise<boolean> {
    const { card, worstCaseNanoUsd: amountNanoUsd, worstCaseTokens: tokens } = target;
    if (ceilingNanoUsd !== undefined && tally.costNanoUsd + amountNanoUsd > ceilingNanoUsd) return false;
    return this.admission.reserveNext(hold, { target: card, amountNanoUsd, tokens }, tally);
  }

  private async completeOnce(run: ChatRun, attempt: OpenAttempt): Promise<CompletedAnswer> {
    const meter = new StreamMeter(run.chat, performance.now());
    const result = await this.guard({ run, attempt, meter }, () =>
      this.invoker.complete(attempt.target, callOf(run, attempt)),
    );
    if (!result.usage) countDelivered(meter, result);
    const receipt = await this.attempts.end(run, attempt, {
      ...usageOf(result, meter),
      // A call that was read to its end all the same has nobody left to answer to.
      ...(run.signal.aborted ? CLIENT_LEFT : { status: 'success' }),
      answeredModel: result.model,
      serviceTier: result.serviceTier,
      vendorCostNanoUsd: result.vendorCostNanoUsd,
    });
    return { result, receipt };
  }

  private async embedOnce(run: EmbeddingRun, attempt: OpenAttempt): Promise<CompletedEmbedding> {
    const meter = new EmbeddingMeter(run.inputTokensExpected);
    const result = await this.guard({ run, attempt, meter }, () =>
      this.invoker.embed(attempt.target, embeddingCallOf(run, attempt)),
    );
    const receipt = await this.attempts.end(run, attempt, {
      ...usageOf(result, meter),
      ...(run.signal.aborted ? CLIENT_LEFT : { status: 'success' as const }),
      answeredModel: result.model,
    });
    return { result, receipt };
  }

  private async openOnce(run: ChatRun, attempt: OpenAttempt): Promise<AnswerStream> {
    const meter = new StreamMeter(run.chat, performance.now());
    const rest = this.invoker.stream(attempt.target, callOf(run, attempt))[Symbol.asyncIterator]();
    const opening = await this.guard({ run, attempt, meter }, () => readOpening(rest, meter));
    const book = (end: StreamEnd): Promise<AttemptReceipt> =>
      this.attempts.end(run, attempt, toAttemptEnd(end, meter));
    const { target } = attempt;
    return new AnswerStream({
      target,
      opening,
      rest,
      meter,
      book,
      drain: target.provider.drain,
      signal: run.signal,
    });
  }

  /** Books a call that failed before anything of its answer was seen. */
  private async guard<T>({ run, attempt, meter }: MeteredAttempt, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      await this.attempts.end(run, attempt, failedEnd(error, run, meter));
      if (isUnknownModel(error)) run.tally.unknownModels += 1;
      throw error;
    }
  }
}

function isUnknownModel(failure: unknown): boolean {
  return failure instanceof ProviderError && failure.kind === 'not_found';
}

function callOf(run: ChatRun, attempt: OpenAttempt): Invocation {
  return {
    request: run.chat,
    maxOutputTokens: attempt.target.maxOutputTokens,
    attemptId: attempt.attemptId,
    traceParent: attempt.traceParent,
    signal: run.signal,
  };
}

function embeddingCallOf({ embedding, signal }: EmbeddingRun, attempt: OpenAttempt): EmbeddingInvocation {
  const { card } = attempt.target;
  return {
    request: embedding,
    vectorLength: embedding.dimensions ?? card.embedding?.dimensions ?? 0,
    attemptId: attempt.attemptId,
    traceParent: attempt.traceParent,
    signal,
  };
}

/** The vendor's usage, or the estimate of what was delivered. */
function usageOf(
  { usage }: { readonly usage: TokenUsage | undefined },
  meter: MeteredAttempt['meter'],
): FinalUsage {
  return usage ? { usage, source: 'exact' } : meter.finalUsage();
}

async function readOpening(
  rest: AsyncIterator<ChatStreamEvent>,
  meter: StreamMeter,
): Promise<readonly ChatStreamEvent[]> {
  const opening: ChatStreamEvent[] = [];
  for (;;) {
    const step = await rest.next();
    if (step.done === true) return opening;
    meter.add(step.value);
    opening.push(step.value);
    if (isContentEvent(step.value)) return opening;
  }
}

function countDelivered(meter: StreamMeter, result: ChatResult): void {
  for (const choice of result.choices) {
    for (const part of choice.content) {
      if (part.type === 'text' || part.type === 'refusal')
        meter.add({ type: 'text', choice: choice.index, text: part.text });
      if (part.type === 'tool-call') meter.add({ type: 'text', choice: choice.index, text: part.arguments });
      if (part.type === 'reasoning') meter.add({ type: 'reasoning', choice: choice.index, text: part.text });
    }
  }
}

/** A call that certainly did no billable work costs nothing; any other is booked as its meter has it, or as an estimate of its prompt. */
function failedEnd(error: unknown, run: VendorRun, meter: MeteredAttempt['meter']): AttemptEnd {
  const failure = error instanceof ProviderError ? error : undefined;
  const status = run.signal.aborted ? 'aborted' : 'error';
  const errorCode = failure?.kind ?? 'internal_error';
  if (failure && !failure.mayHaveBilled) {
    return {
      status,
      errorCode,
      usage: NO_USAGE,
      source: failure.status === undefined ? 'estimated' : 'exact',
    };
  }
  const { model: answeredModel, serviceTier } = meter;
  return { ...meter.finalUsage(), status, errorCode, answeredModel, serviceTier };
}

const CLIENT_LEFT = { status: 'aborted', errorCode: 'client_left' } as const;

function toAttemptEnd(end: StreamEnd, meter: StreamMeter): AttemptEnd {
  const { model: answeredModel, serviceTier, firstTokenMs } = meter;
  const common = { ...meter.finalUsage(), answeredModel, serviceTier, firstTokenMs };
  if (end.kind === 'complete') return { ...common, status: 'success' };
  const kind = end.kind === 'failed' && end.error instanceof ProviderError ? end.error.kind : undefined;
  const isAborted = end.kind === 'left' || kind === 'aborted';
  return {
    ...common,
    status: isAborted ? 'aborted' : 'error',
    errorCode: isAborted ? 'client_left' : (kind ?? 'internal_error'),
  };
}

function clientLeft(target: ExecutionTarget): ProviderError {
  const provider = target.provider.name;
  return new ProviderError({ provider, kind: 'aborted', message: 'the client left', mayHaveBilled: false });
}

function noBudgetLeft(): AppError {
  return new AppError(GATEWAY_ERRORS.noProvider, {
    public: 'No budget is left for another attempt at this request.',
    retryAfterSeconds: 1,
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { BudgetAdmission } from '../../cost/holds/budget-admission';
import type { ChatResult } from '../../llm/chat-result';
import { isContentEvent, type ChatStreamEvent } from '../../llm/chat-stream-event';
import { ProviderError } from '../../llm/provider-error';
import { NO_USAGE } from '../../llm/token-usage';
import { ProviderInvoker, type Invocation } from '../../providers/provider-invoker';
import { decideRetry } from '../../providers/resilience/retry-policy';
import { MetricsService } from '../../telemetry/metrics.service';
import { GatewayConfig } from '../gateway.config';
import { GATEWAY_ERRORS } from '../gateway.errors';
import { AnswerStream, type StreamEnd } from './answer-stream';
import { AttemptLedger, type AttemptEnd, type AttemptReceipt, type OpenAttempt } from './attempt-ledger';
import type { ChatRun, ExecutionTarget } from './chat-run';
import { StreamMeter } from './stream-meter';

/** A whole answer and what was booked for it. */
export interface CompletedAnswer {
  readonly result: ChatResult;
  readonly receipt: AttemptReceipt;
}

interface MeteredAttempt {
  readonly run: ChatRun;
  readonly attempt: OpenAttempt;
  readonly meter: StreamMeter;
}

/**
 * Works through a plan: one call after the other until one answers. Every single call is covered by
 * the hold, noted before it is sent and booked after it ended, retries and failovers included.
 */
@Injectable()
export class PlanExecutor {
  constructor(
    private readonly invoker: ProviderInvoker,
    private readonly attempts: AttemptLedger,
    private readonly admission: BudgetAdmission,
    private readonly config: GatewayConfig,
    private readonly metrics: MetricsService,
  ) {}

  /** Resolves with the first answer; rejects with the last failure when no target answers. */
  complete(run: ChatRun): Promise<CompletedAnswer> {
    return this.tryTargets(run, (attempt) => this.completeOnce(run, attempt));
  }

  /** Resolves when the first content event has arrived; until then a failure moves on to the next target. */
  open(run: ChatRun): Promise<AnswerStream> {
    return this.tryTargets(run, (attempt) => this.openOnce(run, attempt));
  }

  private async tryTargets<T>(run: ChatRun, once: (attempt: OpenAttempt) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const target of run.targets) {
      for (let attemptOnTarget = 1; run.tally.attempts < this.config.maxAttempts; attemptOnTarget++) {
        if (run.signal.aborted) throw toError(failure ?? clientLeft(target));
        const refusal = this.invoker.refusalOf(target);
        if (refusal) {
          failure = refusal;
          this.metrics.routerFallback({ route: run.route, reason: refusal.kind });
          break;
        }
        // What does not cover this target may still cover a cheaper one behind it.
        if (!(await this.isCovered(run, target))) break;
        const attempt = await this.attempts.begin(run, target);
        try {
          return await once(attempt);
        } catch (error) {
          failure = error;
        }
        const next = await this.afterFailure(run, failure, attemptOnTarget);
        if (next === 'failover') break;
      }
    }
    throw toError(failure);
  }

  /** Waits before a repetition; throws what cannot be helped by another call. */
  private async afterFailure(run: ChatRun, failure: unknown, attempt: number): Promise<'retry' | 'failover'> {
    if (!(failure instanceof ProviderError) || run.signal.aborted) throw failure;
    const decision = decideRetry({
      error: failure,
      attempt,
      contentDelivered: false,
      remainingMs: Number.POSITIVE_INFINITY,
      random: Math.random(),
    });
    if (decision.action === 'stop') throw failure;
    this.metrics.routerFallback({ route: run.route, reason: failure.kind });
    if (decision.action === 'failover') return 'failover';
    await sleep(decision.delayMs, undefined, { signal: run.signal }).catch(() => Promise.reject(failure));
    return 'retry';
  }

  /** True when what is left of the hold covers another call; tops the hold up when an earlier call has eaten into it. */
  private async isCovered(run: ChatRun, target: ExecutionTarget): Promise<boolean> {
    const needed = run.tally.costNanoUsd + target.worstCaseNanoUsd;
    if (run.ceilingNanoUsd !== undefined && needed > run.ceilingNanoUsd) return false;
    const missing = needed - run.hold.amountNanoUsd;
    if (missing <= 0n) return true;
    return this.admission.topUp(run.hold, missing, target.worstCaseTokens);
  }

  private async completeOnce(run: ChatRun, attempt: OpenAttempt): Promise<CompletedAnswer> {
    const meter = new StreamMeter(run.inputTokensBound, performance.now());
    const result = await this.guard({ run, attempt, meter }, () =>
      this.invoker.complete(attempt.target, callOf(run, attempt)),
    );
    if (!result.usage) countDelivered(meter, result);
    const { usage, source } = result.usage
      ? ({ usage: result.usage, source: 'exact' } as const)
      : meter.finalUsage();
    const receipt = await this.attempts.end(run, attempt, {
      status: 'success',
      answeredModel: result.model,
      usage,
      source,
    });
    return { result, receipt };
  }

  private async openOnce(run: ChatRun, attempt: OpenAttempt): Promise<AnswerStream> {
    const meter = new StreamMeter(run.inputTokensBound, performance.now());
    const rest = this.invoker.stream(attempt.target, callOf(run, attempt))[Symbol.asyncIterator]();
    const opening = await this.guard({ run, attempt, meter }, () => readOpening(rest, meter));
    const book = (end: StreamEnd): Promise<AttemptReceipt> =>
      this.attempts.end(run, attempt, toAttemptEnd(end, meter));
    return new AnswerStream({ target: attempt.target, opening, rest, meter, book });
  }

  /** Books a call that failed before anything of its answer was seen. */
  private async guard<T>({ run, attempt, meter }: MeteredAttempt, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      await this.attempts.end(run, attempt, failedEnd(error, run, meter));
      throw error;
    }
  }
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
function failedEnd(error: unknown, run: ChatRun, meter: StreamMeter): AttemptEnd {
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
  return { ...meter.finalUsage(), status, errorCode, answeredModel: meter.model };
}

function toAttemptEnd(end: StreamEnd, meter: StreamMeter): AttemptEnd {
  const common = { ...meter.finalUsage(), answeredModel: meter.model, firstTokenMs: meter.firstTokenMs };
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

/** What the client is told when no call is left: why the last one failed, if there was one. */
function toError(failure: unknown): unknown {
  return failure ?? noBudgetLeft();
}

function noBudgetLeft(): AppError {
  return new AppError(GATEWAY_ERRORS.noProvider, {
    public: 'No budget is left for another attempt at this request.',
    retryAfterSeconds: 1,
  });
}

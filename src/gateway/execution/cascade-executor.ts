import { Injectable } from '@nestjs/common';
import type { NanoUsd } from '../../common/money';
import { AppError } from '../../common/app-error';
import { ProviderError } from '../../llm/provider-error';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { CascadePlan } from '../../routing/route-plan';
import { checkAnswer } from '../../routing/verify/answer-checks';
import { judgeAnswer, type Verdict } from '../../routing/verify/judge-answer';
import { MetricsService } from '../../telemetry/metrics.service';
import { AnswerJudge } from './answer-judge';
import type { AttemptReceipt } from './attempt-ledger';
import type { CascadeReport, CascadeStepReport } from './cascade-report';
import type { ChatRun, ExecutionTarget } from './chat-run';
import { PlanExecutor, type CompletedAnswer } from './plan-executor';
import { toStreamEvents } from './result-events';
import type { StreamedAnswer } from './streamed-answer';

/** A whole answer, and how the cascade went that led to it. */
export interface CascadeAnswer extends CompletedAnswer {
  readonly cascade: CascadeReport;
}

interface Checked {
  readonly answer: CompletedAnswer;
  readonly verdict: Verdict;
  readonly step: number;
  readonly grade?: number;
}

interface Step {
  readonly run: ChatRun;
  readonly cascade: CascadePlan;
  readonly target: ExecutionTarget;
  readonly number: number;
}

type Outcome = { readonly kind: 'whole'; readonly answer: CascadeAnswer } | { readonly kind: 'live' };

/**
 * Works through a cascade: each step is called, its answer checked, and the next one asked only when the answer
 * does not hold. Every call is held and booked like any other. The best answer so far is what the client gets when none
 * holds, when the money is used up or when later steps fail.
 */
@Injectable()
export class CascadeExecutor {
  constructor(
    private readonly executor: PlanExecutor,
    private readonly judge: AnswerJudge,
    private readonly metrics: MetricsService,
  ) {}

  async complete(run: ChatRun, cascade: CascadePlan): Promise<CascadeAnswer> {
    const outcome = await this.work(run, cascade, { mayStreamLast: false, reports: [] });
    if (outcome.kind === 'live') throw new Error('nobody asked for a stream');
    return outcome.answer;
  }

  /** Shows the client nothing but the answer it gets. A last step without anything to compare with is streamed as it comes. */
  async open(run: ChatRun, cascade: CascadePlan): Promise<StreamedAnswer> {
    const reports: CascadeStepReport[] = [];
    const outcome = await this.work(run, cascade, { mayStreamLast: true, reports });
    if (outcome.kind === 'whole') return new BufferedAnswer(outcome.answer);
    const last = reports.length;
    const target = run.targets[last];
    const stream = await this.executor.open(stepRun(run, run.targets.slice(last)));
    const { provider, model } = (target ?? stream.target).card;
    const unchecked = {
      provider,
      model,
      costNanoUsd: undefined,
      accepted: true,
      reason: 'last_step_streamed',
    };
    const steps = [...reports, { ...unchecked, score: undefined, confidence: undefined }];
    this.metrics.cascadeStep('accepted');
    return Object.assign(stream, { cascade: { steps, answeredStep: last } });
  }

  private async work(
    run: ChatRun,
    cascade: CascadePlan,
    { mayStreamLast, reports }: { readonly mayStreamLast: boolean; readonly reports: CascadeStepReport[] },
  ): Promise<Outcome> {
    const targets = run.targets.slice(0, cascade.steps.length);
    let best: Checked | undefined;
    let failure: unknown;
    for (const [number, target] of targets.entries()) {
      if (mayStreamLast && number === targets.length - 1 && !best) return { kind: 'live' };
      const spentBefore = run.tally.costNanoUsd;
      const costOf = (): NanoUsd => run.tally.costNanoUsd - spentBefore;
      try {
        const checked = await this.check({ run, cascade, target, number });
        const accepted = isAccepted(checked.verdict, cascade);
        reports.push(reportOf(target, costOf(), { ...checked.verdict, accepted, grade: checked.grade }));
        this.metrics.cascadeStep(accepted ? 'accepted' : 'escalated');
        if (!best || checked.verdict.score >= best.verdict.score) best = checked;
        if (accepted) break;
      } catch (error) {
        if (run.signal.aborted) throw error;
        failure = error;
        reports.push(reportOf(target, costOf(), { reasons: [failureName(error)] }));
        this.metrics.cascadeStep('failed');
      }
    }
    if (best) return { kind: 'whole', answer: withReport(best, reports) };
    return { kind: 'whole', answer: await this.standIn(run, targets.length, { reports, failure }) };
  }

  /** No step has answered: the plan's other models step in, unchecked, as in any other plan. */
  private async standIn(
    run: ChatRun,
    from: number,
    { reports, failure }: { readonly reports: CascadeStepReport[]; readonly failure: unknown },
  ): Promise<CascadeAnswer> {
    const rest = run.targets.slice(from);
    if (rest.length === 0) throw failure;
    const answer = await this.executor.complete(stepRun(unstreamed(run), rest));
    const { target } = answer.receipt.attempt;
    reports.push(reportOf(target, answer.receipt.costNanoUsd, { accepted: true, reasons: ['stand_in'] }));
    return { ...answer, cascade: { steps: reports, answeredStep: reports.length - 1 } };
  }

  private async check({ run, cascade, target, number }: Step): Promise<Checked> {
    const answer = await this.executor.complete(stepRun(unstreamed(run), [target]));
    const predicted = cascade.steps[number]?.quality ?? 0.5;
    const signs = checkAnswer(run.chat, answer.result);
    const verdict = judgeAnswer(predicted, signs);
    const isLast = number === cascade.steps.length - 1;
    // A judge is asked only where its opinion can change what happens next.
    if (!cascade.judge || isLast || verdict.confidence === 1) return { answer, verdict, step: number };
    const grade = await this.judge.grade(run, cascade.judge, answer.result);
    return { answer, verdict: judgeAnswer(predicted, signs, grade), step: number, grade };
  }
}

/** A whole answer, passed on as if it were streamed. */
class BufferedAnswer implements StreamedAnswer {
  readonly receipt: AttemptReceipt;
  readonly cascade: CascadeReport;

  constructor(private readonly answer: CascadeAnswer) {
    this.receipt = answer.receipt;
    this.cascade = answer.cascade;
  }

  get target(): ExecutionTarget {
    return this.receipt.attempt.target;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatStreamEvent> {
    await Promise.resolve();
    yield* toStreamEvents(this.answer.result);
  }
}

/** One step is a plan of its own, with attempts of its own, under the request's hold and ceiling. */
function stepRun(run: ChatRun, targets: readonly ExecutionTarget[]): ChatRun {
  return {
    ...run,
    targets,
    purpose: 'cascade_step',
    nextTargets: () => [],
    attemptsBefore: run.tally.countedAttempts,
  };
}

/** What is to be checked has to be whole. */
function unstreamed(run: ChatRun): ChatRun {
  return run.chat.stream ? { ...run, chat: { ...run.chat, stream: false } } : run;
}

function isAccepted(verdict: Verdict, cascade: CascadePlan): boolean {
  return verdict.score >= cascade.qualityThreshold && verdict.confidence >= cascade.confidenceThreshold;
}

function withReport({ answer, step }: Checked, steps: readonly CascadeStepReport[]): CascadeAnswer {
  return { ...answer, cascade: { steps, answeredStep: step } };
}

function reportOf(
  { card }: ExecutionTarget,
  costNanoUsd: NanoUsd,
  {
    accepted = false,
    score,
    confidence,
    reasons,
    grade,
  }: Partial<Omit<Verdict, 'reasons'>> & {
    readonly accepted?: boolean;
    readonly grade?: number;
    readonly reasons: readonly string[];
  },
): CascadeStepReport {
  const { provider, model } = card;
  return { provider, model, costNanoUsd, accepted, score, confidence, grade, reason: reasons.join(', ') };
}

function failureName(error: unknown): string {
  if (error instanceof ProviderError) return error.kind;
  return error instanceof AppError ? error.code : 'internal_error';
}

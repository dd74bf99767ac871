import { once } from 'node:events';
import { Injectable, Logger } from '@nestjs/common';
import { BudgetAdmission } from '../../cost/holds/budget-admission';
import type { NanoUsd } from '../../common/money';
import { describeError } from '../../platform/logging/describe-error';
import { RunTally, type VendorRun } from '../execution/chat-run';

/** What a call for our own purposes runs with. */
export type AuxiliaryTerms = Pick<VendorRun, 'hold' | 'tally' | 'signal'>;

/** A call for our own purposes, before it has a hold. */
export type AuxiliaryRun<R extends VendorRun> = Omit<R, keyof AuxiliaryTerms>;

export interface AuxiliaryWish<T> {
  /** With exactly one target. */
  readonly run: Pick<VendorRun, 'facts' | 'caller' | 'purpose' | 'targets'>;
  /** The decision waits for so long. */
  readonly timeoutMs: number;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
  readonly call: (terms: AuxiliaryTerms) => Promise<T>;
}

export type AuxiliaryOutcome<T> =
  | { readonly kind: 'answered'; readonly value: T; readonly costNanoUsd: NanoUsd }
  | { readonly kind: AuxiliaryFailure };

/** Why there is no answer. */
export type AuxiliaryFailure = 'late' | 'failed' | 'no_budget';

/**
 * Calls that routing makes for itself before it decides. They are admitted, noted and booked for the tenant like the
 * call that answers, each with a hold of its own, and never keep a decision waiting longer than they may:
 * what is late is cancelled, and booked while the decision goes on.
 */
@Injectable()
export class AuxiliaryCalls {
  private readonly logger = new Logger(AuxiliaryCalls.name);
  private readonly unfinished = new Set<Promise<unknown>>();

  constructor(private readonly admission: BudgetAdmission) {}

  /** Never rejects. */
  async make<T>(wish: AuxiliaryWish<T>): Promise<AuxiliaryOutcome<T>> {
    const limits = AbortSignal.any([wish.signal, AbortSignal.timeout(wish.timeoutMs)]);
    const work = this.work(wish, limits).catch((error: unknown): AuxiliaryOutcome<T> => {
      if (!limits.aborted)
        this.logger.warn({ message: `A ${wish.run.purpose} call failed`, error: describeError(error) });
      return { kind: limits.aborted ? 'late' : 'failed' };
    });
    this.unfinished.add(work);
    void work.finally(() => this.unfinished.delete(work));
    const done = new AbortController();
    const late = once(limits, 'abort', { signal: done.signal }).then(
      (): AuxiliaryOutcome<T> => ({ kind: 'late' }),
      (): Promise<AuxiliaryOutcome<T>> => work,
    );
    return Promise.race([work, late]).finally(() => done.abort());
  }

  /** Resolves when every call so far is settled. */
  async drained(): Promise<void> {
    await Promise.all(this.unfinished);
  }

  private async work<T>({ run, call }: AuxiliaryWish<T>, signal: AbortSignal): Promise<AuxiliaryOutcome<T>> {
    const [target] = run.targets;
    if (!target) throw new Error('an auxiliary call without a target');
    const outcome = await this.admission.admit({
      requestId: run.facts.requestId,
      caller: run.caller,
      target: target.card,
      worstCaseNanoUsd: target.worstCaseNanoUsd,
      worstCaseTokens: target.worstCaseTokens,
    });
    if (outcome.kind === 'refused') return { kind: 'no_budget' };
    const tally = new RunTally();
    try {
      signal.throwIfAborted();
      const value = await call({ signal, hold: outcome.hold, tally });
      return { kind: 'answered', value, costNanoUsd: tally.costNanoUsd };
    } finally {
      await this.admission.settle(outcome.hold, tally);
    }
  }
}

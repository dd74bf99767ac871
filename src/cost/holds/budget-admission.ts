import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { displayUsd, toUsdNumber, type NanoUsd } from '../../common/money';
import type { Caller } from '../../access/caller';
import { QuotaStore, type HoldOutcome } from '../../quota/quota-store';
import { MetricsService } from '../../telemetry/metrics.service';
import { budgetsOf, tokenLimitsOf, type CallerBudget } from '../budgets/budget-lines';
import { CostConfig } from '../cost.config';
import { COST_ERRORS } from '../cost.errors';
import { CounterLoader } from './counter-loader';
import { HoldKeeper, type FinalCost } from './hold-keeper';
import { RequestHold } from './request-hold';

/** What a request may cost at most, before it is sent. */
export interface AdmissionRequest {
  readonly requestId: string;
  readonly caller: Caller;
  readonly worstCaseNanoUsd: NanoUsd;
  readonly worstCaseTokens: number;
}

export type AdmissionOutcome =
  | { readonly kind: 'admitted'; readonly hold: RequestHold }
  /** `availableNanoUsd` is what the refusing budget still has room for; undefined when money is not the reason. */
  | { readonly kind: 'refused'; readonly error: AppError; readonly availableNanoUsd: NanoUsd | undefined };

/**
 * The gate in front of every call that can cost money: reserves the worst case on all budgets and
 * token limits in one atomic step, or refuses with 402 / 429 before anything is spent.
 */
@Injectable()
export class BudgetAdmission {
  constructor(
    private readonly store: QuotaStore,
    private readonly loader: CounterLoader,
    private readonly keeper: HoldKeeper,
    private readonly config: CostConfig,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
  ) {}

  /** Reserves the worst case; an admitted hold must be settled, whatever happens. */
  async admit(request: AdmissionRequest): Promise<AdmissionOutcome> {
    const nowMs = this.clock.now();
    const budgets = budgetsOf(request.caller, this.config, nowMs);
    const hold = new RequestHold(this.store, this.termsOf(request, budgets), nowMs);
    const outcome = await this.takeLoaded(hold, request, nowMs);
    if (outcome.kind === 'held') {
      this.keeper.watch(hold);
      this.metrics.holdOutcome('granted');
      return { kind: 'admitted', hold };
    }
    return {
      kind: 'refused',
      error: this.refusal(outcome, request, budgets),
      availableNanoUsd: availableOf(outcome),
    };
  }

  /** Reserves a further amount for a repeated attempt; false when it does not fit any more. */
  async topUp(hold: RequestHold, amountNanoUsd: NanoUsd, tokens: number): Promise<boolean> {
    const outcome = await hold.take(amountNanoUsd, tokens, this.clock.now());
    return outcome.kind === 'held';
  }

  /** Ends the hold with what was really spent. Never rejects. */
  settle(hold: RequestHold, final: FinalCost): Promise<void> {
    return this.keeper.settle(hold, final);
  }

  private async takeLoaded(
    hold: RequestHold,
    request: AdmissionRequest,
    nowMs: number,
  ): Promise<HoldOutcome> {
    const first = await hold.take(request.worstCaseNanoUsd, request.worstCaseTokens, nowMs);
    if (first.kind !== 'not_loaded') return first;
    await this.loadCounters(request.caller);
    return hold.take(request.worstCaseNanoUsd, request.worstCaseTokens, nowMs);
  }

  private async loadCounters({ organizationId, timeZone }: Caller): Promise<void> {
    try {
      await this.loader.load(organizationId, timeZone);
    } catch (cause) {
      throw cause instanceof AppError ? cause : countersLoading(cause);
    }
  }

  private termsOf(
    request: AdmissionRequest,
    budgets: readonly CallerBudget[],
  ): ConstructorParameters<typeof RequestHold>[1] {
    return {
      organizationId: request.caller.organizationId,
      budgets,
      tokenLimits: tokenLimitsOf(request.caller, this.config),
      note: request.requestId,
      holdMs: this.config.holdSeconds * 1000,
    };
  }

  private refusal(
    outcome: Exclude<HoldOutcome, { kind: 'held' }>,
    request: AdmissionRequest,
    budgets: readonly CallerBudget[],
  ): AppError {
    if (outcome.kind === 'over_tokens') {
      return new AppError(COST_ERRORS.tokenLimit, {
        public: `The limit of ${outcome.line.limit} tokens per minute is reached.`,
        retryAfterSeconds: Math.ceil(outcome.retryAfterMs / 1000),
      });
    }
    if (outcome.kind === 'not_loaded') {
      return countersLoading(undefined);
    }
    const budget = budgets.find((line) => line.counter === outcome.line.counter);
    this.metrics.budgetDenied(budget?.level ?? 'user');
    return overBudget(outcome, request.worstCaseNanoUsd, budget);
  }
}

function countersLoading(cause: unknown): AppError {
  return new AppError(COST_ERRORS.countersLoading, {
    public: 'The budget counters are being rebuilt. Please try again.',
    retryAfterSeconds: 1,
    cause,
  });
}

function availableOf(outcome: HoldOutcome): NanoUsd | undefined {
  if (outcome.kind !== 'over_budget') return undefined;
  const available = outcome.line.limitNanoUsd - outcome.spentNanoUsd - outcome.heldNanoUsd;
  return available > 0n ? available : undefined;
}

function overBudget(
  outcome: Extract<HoldOutcome, { kind: 'over_budget' }>,
  estimate: NanoUsd,
  budget: CallerBudget | undefined,
): AppError {
  const limit = outcome.line.limitNanoUsd;
  return new AppError(COST_ERRORS.insufficientBudget, {
    public: `The ${budget?.window ?? ''} budget of $${displayUsd(limit)} does not cover this request, which may cost up to $${displayUsd(estimate)}.`,
    details: {
      level: budget?.level,
      window: budget?.window,
      limit: toUsdNumber(limit),
      spent: toUsdNumber(outcome.spentNanoUsd),
      held: toUsdNumber(outcome.heldNanoUsd),
      estimate: toUsdNumber(estimate),
      resets_at: new Date(outcome.line.windowEndsAtMs).toISOString(),
    },
  });
}

import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { displayUsd, toUsdNumber, type NanoUsd } from '../../common/money';
import type { Caller } from '../../access/caller';
import { describeRate, rateDetails } from '../../quota/caller-rates';
import { QuotaStore, type HoldOutcome } from '../../quota/quota-store';
import { MetricsService } from '../../telemetry/metrics.service';
import type { BudgetFilter, BudgetTarget } from '../budgets/budget';
import type { CallerBudget } from '../budgets/budget-lines';
import { CallerBudgets, type CallerTerms } from '../budgets/caller-budgets';
import { COST_ERRORS } from '../cost.errors';
import { CounterLoader } from './counter-loader';
import { HoldKeeper } from './hold-keeper';
import { RequestHold, type LegRequest, type Taken } from './request-hold';

/** What a request may cost at most, before it is sent. */
export interface AdmissionRequest {
  readonly requestId: string;
  readonly caller: Caller;
  /** The model that is asked first. */
  readonly target: BudgetTarget;
  readonly worstCaseNanoUsd: NanoUsd;
  readonly worstCaseTokens: number;
}

export type AdmissionOutcome =
  { readonly kind: 'admitted'; readonly hold: RequestHold } | ({ readonly kind: 'refused' } & Refusal);

/** Why a request was not admitted. */
export interface Refusal {
  readonly error: AppError;
  /** What the refusing budget still has room for; undefined when money is not the reason. */
  readonly availableNanoUsd: NanoUsd | undefined;
  /** Calls the refusing budget counts; undefined when it counts all, or is not the reason. */
  readonly onlyFor: BudgetFilter | undefined;
}

/**
 * The gate in front of every call that can cost money: reserves the worst case on all budgets and
 * token limits in one atomic step, or refuses with 402 / 429 before anything is spent.
 */
@Injectable()
export class BudgetAdmission {
  constructor(
    private readonly store: QuotaStore,
    private readonly budgets: CallerBudgets,
    private readonly loader: CounterLoader,
    private readonly keeper: HoldKeeper,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
  ) {}

  /** Reserves the worst case; an admitted hold must be settled, whatever happens. */
  async admit(request: AdmissionRequest): Promise<AdmissionOutcome> {
    const nowMs = this.clock.now();
    const terms = await this.budgets.termsFor(request.caller, nowMs);
    const hold = this.newHold(request, terms, nowMs);
    const outcome = await this.takeLoaded(hold, request, nowMs);
    if (outcome.kind === 'held') {
      this.keeper.watch(hold);
      this.metrics.holdOutcome('granted');
      return { kind: 'admitted', hold };
    }
    return { kind: 'refused', ...this.refusal(outcome, request, terms.budgets.for(request.target)) };
  }

  /** Makes room for a further call of an admitted request after what it has taken so far; false when there is none. */
  async reserveNext(hold: RequestHold, call: LegRequest, taken: Taken): Promise<boolean> {
    if (hold.covers(call, taken)) return true;
    const outcome = await hold.take(call, this.clock.now(), taken);
    return outcome.kind === 'held';
  }

  /** Ends the hold with what was really spent. Never rejects. */
  settle(hold: RequestHold, final: Taken): Promise<void> {
    return this.keeper.settle(hold, final);
  }

  private async takeLoaded(
    hold: RequestHold,
    request: AdmissionRequest,
    nowMs: number,
  ): Promise<HoldOutcome> {
    const { target, worstCaseNanoUsd: amountNanoUsd, worstCaseTokens: tokens } = request;
    const call = { target, amountNanoUsd, tokens };
    const first = await hold.take(call, nowMs);
    if (first.kind !== 'not_loaded') return first;
    await this.loadCounters(request.caller);
    return hold.take(call, nowMs);
  }

  private async loadCounters(caller: Caller): Promise<void> {
    try {
      await this.loader.load(caller);
    } catch (cause) {
      throw cause instanceof AppError ? cause : countersLoading(cause);
    }
  }

  private newHold(
    { requestId, caller }: AdmissionRequest,
    { budgets, tokenLimits }: CallerTerms,
    nowMs: number,
  ): RequestHold {
    const { organizationId } = caller;
    const holdMs = this.keeper.holdMs;
    return new RequestHold(
      this.store,
      { organizationId, budgets, tokenLimits, note: requestId, holdMs },
      nowMs,
    );
  }

  private refusal(
    outcome: Exclude<HoldOutcome, { kind: 'held' }>,
    request: AdmissionRequest,
    budgets: readonly CallerBudget[],
  ): Refusal {
    if (outcome.kind === 'over_tokens') return { ...NOT_MONEY, error: overTokens(outcome) };
    if (outcome.kind === 'not_loaded') return { ...NOT_MONEY, error: countersLoading(undefined) };
    const budget = budgets.find((line) => line.counter === outcome.line.counter);
    this.metrics.budgetDenied(budget?.level ?? 'user');
    return {
      error: overBudget(outcome, request.worstCaseNanoUsd, budget),
      availableNanoUsd: availableOf(outcome),
      onlyFor: budget && isFiltered(budget) ? budget : undefined,
    };
  }
}

const LEVEL_NAMES = { organization: 'organization', project: 'project', user: 'user', api_key: 'API key' };
const NOT_MONEY = { availableNanoUsd: undefined, onlyFor: undefined };

function isFiltered({ provider, model }: BudgetFilter): boolean {
  return provider !== null || model !== null;
}

function overTokens({ line, retryAfterMs }: Extract<HoldOutcome, { kind: 'over_tokens' }>): AppError {
  return new AppError(COST_ERRORS.tokenLimit, {
    public: describeRate(line, 'tokens'),
    details: rateDetails(line),
    retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
  });
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
    public: `The ${nameOf(budget)} of $${displayUsd(limit)} does not cover this request, which may cost up to $${displayUsd(estimate)}.`,
    details: {
      level: budget?.level,
      window: budget?.window,
      ...(budget?.provider != null && { provider: budget.provider }),
      ...(budget?.model != null && { model: budget.model }),
      limit: toUsdNumber(limit),
      spent: toUsdNumber(outcome.spentNanoUsd),
      held: toUsdNumber(outcome.heldNanoUsd),
      estimate: toUsdNumber(estimate),
      resets_at: new Date(outcome.line.windowEndsAtMs).toISOString(),
    },
  });
}

function nameOf(budget: CallerBudget | undefined): string {
  if (budget === undefined) return 'budget';
  const calls = [budget.provider, budget.model].filter((name) => name !== null).join('/');
  return `${budget.window} ${LEVEL_NAMES[budget.level]} budget${calls === '' ? '' : ` for ${calls}`}`;
}

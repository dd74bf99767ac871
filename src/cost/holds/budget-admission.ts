import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import type { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import type { BudgetTarget } from '../budgets/budget';
import { CallerBudgets } from '../budgets/caller-budgets';
import { HoldKeeper } from './hold-keeper';
import type { HoldOwner } from './hold-note';
import { HoldTaker } from './hold-taker';
import { toRefusal, type Refusal } from './refusal';
import { RefusalReporter } from './refusal-reporter';
import type { LegRequest, RequestHold, Taken } from './request-hold';
import { RoomQueue } from './room-queue';
import type { Attempt } from './waiting-place';

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

const NOTHING_TAKEN: Taken = { costNanoUsd: 0n, tokens: 0 };

/**
 * The gate in front of every call that can cost money: reserves the worst case on all budgets and
 * token limits in one atomic step, or refuses with 402 / 429 before anything is spent.
 */
@Injectable()
export class BudgetAdmission {
  constructor(
    private readonly budgets: CallerBudgets,
    private readonly taker: HoldTaker,
    private readonly keeper: HoldKeeper,
    private readonly queue: RoomQueue,
    private readonly reporter: RefusalReporter,
    private readonly clock: Clock,
  ) {}

  /** Reserves the worst case at once or not at all; an admitted hold must be settled, whatever happens. */
  admit(request: AdmissionRequest): Promise<AdmissionOutcome> {
    return this.attempt(request, { inTurn: false });
  }

  /**
   * For a request without an alternative: waits for what running requests will give back, as long as that
   * can help. The hold, or the error the client is told.
   */
  async admitLater(
    request: AdmissionRequest,
    refusal: Refusal,
    signal: AbortSignal,
  ): Promise<RequestHold | AppError> {
    let last = refusal;
    const { organizationId } = request.caller;
    const attempt = async (): Promise<Attempt<RequestHold>> => {
      const outcome = await this.attempt(request, { inTurn: true });
      if (outcome.kind === 'admitted') return { kind: 'granted', value: outcome.hold };
      last = outcome;
      return outcome.busy ? { kind: 'busy', shortage: outcome.busy } : { kind: 'in_vain' };
    };
    const release = (hold: RequestHold): void => void this.keeper.settle(hold, NOTHING_TAKEN);
    const shortage = refusal.busy;
    const hold = shortage && (await this.queue.wait({ organizationId, shortage, attempt, release, signal }));
    if (hold) return hold;
    this.reporter.report(last, request);
    return last.error;
  }

  /** Makes room for a further call of an admitted request after what it has taken so far; false when there is none. */
  async reserveNext(hold: RequestHold, call: LegRequest, taken: Taken): Promise<boolean> {
    if (hold.covers(call, taken)) return true;
    const outcome = await this.taker.takeNext(hold, call, taken);
    this.keeper.moved(hold);
    return outcome.kind === 'held';
  }

  /** Ends the hold with what was really spent. Never rejects. */
  settle(hold: RequestHold, final: Taken): Promise<void> {
    return this.keeper.settle(hold, final);
  }

  private async attempt(
    request: AdmissionRequest,
    { inTurn }: { readonly inTurn: boolean },
  ): Promise<AdmissionOutcome> {
    const nowMs = this.clock.now();
    const { organizationId } = request.caller;
    const { budgets, tokenLimits } = await this.budgets.termsFor(request.caller, nowMs);
    const lines = budgets.for(request.target);
    const ahead = inTurn ? undefined : this.queue.findShortage(organizationId, lines);
    if (ahead) return { kind: 'refused', ...toRefusal(ahead, request.worstCaseNanoUsd, lines) };
    const hold = this.keeper.newHold(
      { organizationId, budgets, tokenLimits, owner: ownerOf(request, nowMs) },
      nowMs,
    );
    const { target, worstCaseNanoUsd: amountNanoUsd, worstCaseTokens: tokens } = request;
    const call = { target, amountNanoUsd, tokens };
    const outcome = await this.taker.takeFirst(hold, call, request.caller);
    if (outcome.kind !== 'held')
      return { kind: 'refused', ...toRefusal(outcome, request.worstCaseNanoUsd, lines) };
    this.keeper.watch(hold);
    return { kind: 'admitted', hold };
  }
}

function ownerOf({ requestId, caller }: AdmissionRequest, heldAtMs: number): HoldOwner {
  const { userId, projectId = null, apiKeyId = null } = caller;
  return { requestId, userId, projectId, apiKeyId, heldAtMs };
}

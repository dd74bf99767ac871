import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import type { HoldOutcome } from '../../quota/quota-store';
import { LeaseKeeper } from '../leases/lease-keeper';
import { LeaseRecall } from '../leases/lease-recall';
import { CounterLoader } from '../rebuild/counter-loader';
import { countersLoading } from './refusal';
import type { LegRequest, RequestHold, Taken } from './request-hold';

/** A request touches few budgets that could each be leased. */
const MAX_RECALLS = 3;

/** Takes a reservation, after counters that are missing were loaded and leases that are in its way given back. */
@Injectable()
export class HoldTaker {
  constructor(
    private readonly loader: CounterLoader,
    private readonly recalls: LeaseRecall,
    private readonly leases: LeaseKeeper,
    private readonly clock: Clock,
  ) {}

  /** The first reservation of a request. */
  async takeFirst(hold: RequestHold, call: LegRequest, caller: Caller): Promise<HoldOutcome> {
    const nowMs = this.clock.now();
    const first = await hold.take(call, nowMs);
    if (first.kind === 'not_loaded') {
      await this.loadCounters(caller);
      return this.withoutLeases(hold, call, await hold.take(call, nowMs));
    }
    return this.withoutLeases(hold, call, first);
  }

  /** A further one, in place of the one before. */
  async takeNext(hold: RequestHold, call: LegRequest, taken: Taken): Promise<HoldOutcome> {
    return this.withoutLeases(hold, call, await hold.take(call, this.clock.now(), taken), taken);
  }

  private async withoutLeases(
    hold: RequestHold,
    call: LegRequest,
    first: HoldOutcome,
    taken?: Taken,
  ): Promise<HoldOutcome> {
    const { organizationId } = hold;
    let outcome = first;
    for (let tries = 0; tries < MAX_RECALLS && isLeasedAway(outcome, call.amountNanoUsd); tries++) {
      if (!(await this.recalls.recall(organizationId, outcome.line.counter))) break;
      outcome = await hold.take(call, this.clock.now(), taken);
    }
    if (outcome.kind === 'held' && !hold.isOnLoan) {
      const { remainingNanoUsd } = outcome;
      const { amountNanoUsd: worstCaseNanoUsd } = call;
      this.leases.note({ organizationId, lines: hold.budgets, remainingNanoUsd, worstCaseNanoUsd });
    }
    return outcome;
  }

  private async loadCounters(caller: Caller): Promise<void> {
    try {
      await this.loader.load(caller);
    } catch (cause) {
      throw cause instanceof AppError ? cause : countersLoading(cause);
    }
  }
}

/** True when the request would fit if nothing were leased. */
function isLeasedAway(
  outcome: HoldOutcome,
  amountNanoUsd: NanoUsd,
): outcome is Extract<HoldOutcome, { kind: 'over_budget' }> {
  if (outcome.kind !== 'over_budget' || outcome.leasedNanoUsd === 0n) return false;
  const { line, spentNanoUsd, heldNanoUsd, leasedNanoUsd } = outcome;
  return spentNanoUsd + heldNanoUsd - leasedNanoUsd + amountNanoUsd <= line.limitNanoUsd;
}

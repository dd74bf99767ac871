import { MAX_LIMIT_NANO_USD, type NanoUsd } from '../common/money';
import { amountOutOfRange } from './quota.errors';
import type { CounterSeed, HoldEnd, HoldRequest, RateLine } from './quota-store';

/** How long after the end of its window a counter is kept, so that late settles still find it. */
export const COUNTER_GRACE_MS = 48 * 3_600_000;
/** How long a settled hold is recognised when its settle is repeated (afterwards it is `unknown`, which also changes nothing). */
export const SETTLED_MEMORY_MS = 2 * 3_600_000;
/** How many settled holds of one organization are recognised at most; the oldest are forgotten first. */
export const SETTLED_MEMORY_COUNT = 100_000;
/** The same in a process that keeps its own quota: settles are repeated within seconds there, and memory is its own. */
export const SETTLED_MEMORY_COUNT_IN_PROCESS = 10_000;
/** How long the difference between a charged estimate and a late settle can still be posted. */
export const CHARGED_MEMORY_MS = 24 * 3_600_000;

/** Refuses what the counters could not keep exactly. */
export function checkHold(request: HoldRequest): void {
  checkAmount('The amount of a hold', request.amountNanoUsd);
  checkTokens(request.tokens);
  if (request.replaces) checkSettle(request.replaces);
  for (const line of request.budgets) checkAmount('A budget limit', line.limitNanoUsd);
  checkDistinct(request.budgets);
  checkRateLines(request.tokenLimits);
}

export function checkSettle(request: HoldEnd): void {
  checkAmount('The cost of a request', request.actualNanoUsd);
  checkTokens(request.actualTokens);
}

export function checkSeeds(seeds: readonly CounterSeed[]): void {
  for (const seed of seeds) checkAmount('A loaded amount', seed.spentNanoUsd);
}

export function checkRateLines(lines: readonly RateLine[]): void {
  for (const { limit, windowMs } of lines) {
    checkTokens(limit);
    if (!Number.isSafeInteger(windowMs) || windowMs < 1)
      throw new RangeError('A rate window is at least 1 ms');
  }
  checkDistinct(lines);
}

function checkAmount(what: string, amount: NanoUsd): void {
  if (amount < 0n || amount > MAX_LIMIT_NANO_USD) throw amountOutOfRange(what);
}

function checkTokens(tokens: number): void {
  if (!Number.isSafeInteger(tokens) || tokens < 0)
    throw new RangeError('A token or request count is a non-negative integer');
}

function checkDistinct(lines: readonly { readonly counter: string }[]): void {
  if (new Set(lines.map((line) => line.counter)).size !== lines.length) {
    throw new RangeError('Two lines of one request name the same counter');
  }
}

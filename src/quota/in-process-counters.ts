import type { NanoUsd } from '../common/money';
import { COUNTER_GRACE_MS } from './quota-rules';
import { MAX_LEASED_SHARE, type BudgetLine, type HoldOutcome, type HoldRequest } from './quota-store';

/** A counter of the in-process store. */
export interface Counter {
  spent: NanoUsd;
  held: NanoUsd;
  leased: NanoUsd;
  readonly forgetAtMs: number;
}

/** The counters of one organization, by name. */
export interface Counters {
  get(name: string): Counter | undefined;
  set(name: string, counter: Counter): void;
}

export function newCounter(spent: NanoUsd, windowEndsAtMs: number): Counter {
  return { spent, held: 0n, leased: 0n, forgetAtMs: windowEndsAtMs + COUNTER_GRACE_MS };
}

export function counterFor(
  counters: Counters,
  line: Pick<BudgetLine, 'counter' | 'windowEndsAtMs'>,
): Counter {
  const known = counters.get(line.counter);
  if (known) return known;
  const created = newCounter(0n, line.windowEndsAtMs);
  counters.set(line.counter, created);
  return created;
}

const NOTHING = { spent: 0n, held: 0n, leased: 0n };

export function overBudget(
  counters: Counters,
  { budgets, amountNanoUsd }: HoldRequest,
): HoldOutcome | undefined {
  for (const line of budgets) {
    if (line.mode === 'warn') continue;
    const { spent, held, leased } = counters.get(line.counter) ?? NOTHING;
    if (spent + held + amountNanoUsd > line.limitNanoUsd)
      return { kind: 'over_budget', line, spentNanoUsd: spent, heldNanoUsd: held, leasedNanoUsd: leased };
  }
  return undefined;
}

export function overLeased(
  counters: Counters,
  { budgets, amountNanoUsd }: HoldRequest,
): HoldOutcome | undefined {
  for (const line of budgets) {
    if (line.mode === 'warn') continue;
    const { spent, held, leased } = counters.get(line.counter) ?? NOTHING;
    const free = line.limitNanoUsd - spent - held + leased;
    if ((leased + amountNanoUsd) * MAX_LEASED_SHARE > free)
      return { kind: 'over_budget', line, spentNanoUsd: spent, heldNanoUsd: held, leasedNanoUsd: leased };
  }
  return undefined;
}

/** What remains of the tightest enforced budget; an overrun counts as nothing left. */
export function tightest(counters: Counters, budgets: readonly BudgetLine[]): NanoUsd | undefined {
  let least: NanoUsd | undefined;
  for (const line of budgets) {
    if (line.mode === 'warn') continue;
    const { spent, held } = counters.get(line.counter) ?? NOTHING;
    const left = line.limitNanoUsd - spent - held;
    if (least === undefined || left < least) least = left < 0n ? 0n : left;
  }
  return least;
}

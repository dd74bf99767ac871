import type { Caller } from '../../access/caller';
import type { NanoUsd } from '../../common/money';
import type { BudgetLine, RateLine } from '../../quota/quota-store';
import type { CostConfig } from '../cost.config';
import { calendarWindow, type BudgetWindow, type CalendarWindow } from './calendar-window';

/** A budget of a caller in its current window, with what an error message has to say about it. */
export interface CallerBudget extends BudgetLine {
  readonly level: 'user';
  readonly window: BudgetWindow;
}

const MINUTE_MS = 60_000;
/** Windows last long and many requests share them: one entry per (kind, zone) until it ends. */
const windows = new Map<string, CalendarWindow>();

/** Every budget a request of this caller counts against, at this instant. */
export function budgetsOf(caller: Caller, config: CostConfig, nowMs: number): readonly CallerBudget[] {
  return [
    userBudget(caller, 'daily', smaller(caller.limits.dailyBudget, config.dailyBudget), nowMs),
    userBudget(caller, 'monthly', smaller(caller.limits.monthlyBudget, config.monthlyBudget), nowMs),
  ];
}

/** A key's own budget only tightens: its owner may have made the key, and must not raise what was set above. */
function smaller(own: NanoUsd | undefined, configured: NanoUsd): NanoUsd {
  return own !== undefined && own < configured ? own : configured;
}

/** Token limits of this caller's key (or user, for a token without key). */
export function tokenLimitsOf(caller: Caller, config: CostConfig): readonly RateLine[] {
  const limit = caller.limits.tokensPerMinute ?? config.tokensPerMinute;
  if (limit === 0) return [];
  return [{ counter: `tokens/${caller.apiKeyId ?? caller.userId}`, limit, windowMs: MINUTE_MS }];
}

/** Name of a user's counter in one window; the ledger rebuilds counters under the same name. */
export function userCounter(userId: string, kind: BudgetWindow, window: CalendarWindow): string {
  return `user/${userId}/${kind}/${window.label}`;
}

function userBudget(caller: Caller, kind: BudgetWindow, limitNanoUsd: bigint, nowMs: number): CallerBudget {
  const window = currentWindow(kind, nowMs, caller.timeZone);
  return {
    level: 'user',
    window: kind,
    counter: userCounter(caller.userId, kind, window),
    limitNanoUsd,
    mode: 'enforce',
    windowEndsAtMs: window.endsAtMs,
  };
}

function currentWindow(kind: BudgetWindow, nowMs: number, timeZone: string): CalendarWindow {
  const key = `${kind} ${timeZone}`;
  const known = windows.get(key);
  if (known && known.startsAtMs <= nowMs && nowMs < known.endsAtMs) return known;
  const window = calendarWindow(kind, nowMs, timeZone);
  windows.set(key, window);
  return window;
}

import type { BudgetFilter, BudgetScope } from './budget';
import { calendarWindow, type BudgetWindow, type CalendarWindow } from './calendar-window';

/** Windows last long and many requests share them: one entry per (kind, zone) until it ends. */
const windows = new Map<string, CalendarWindow>();

/** The window of this kind that the instant belongs to. */
export function currentWindow(kind: BudgetWindow, nowMs: number, timeZone: string): CalendarWindow {
  const key = `${kind} ${timeZone}`;
  const known = windows.get(key);
  if (known && known.startsAtMs <= nowMs && nowMs < known.endsAtMs) return known;
  const window = calendarWindow(kind, nowMs, timeZone);
  windows.set(key, window);
  return window;
}

/** What a counter counts, apart from the window's dates. */
export interface CounterSubject extends BudgetFilter {
  readonly scope: BudgetScope;
  readonly window: BudgetWindow;
}

/**
 * Name of a counter in one window, such as `user/usr_1/daily/2026-11-20`. Budgets about the same share
 * it, and the ledger rebuilds it under the same name. Holds no `:` and no braces, whatever a model is called.
 */
export function counterName(
  { scope, window, provider, model }: CounterSubject,
  dates: CalendarWindow,
): string {
  const name = `${scope.level}/${scope.id}/${window}/${dates.label}`;
  if (provider === null && model === null) return name;
  return `${name}/${filterPart(provider)}/${filterPart(model)}`;
}

function filterPart(name: string | null): string {
  return name === null ? '' : encodeURIComponent(name.toLowerCase());
}

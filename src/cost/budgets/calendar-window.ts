export const BUDGET_WINDOWS = ['daily', 'weekly', 'monthly', 'yearly'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

export interface CalendarWindow {
  /** First day of the window as `YYYY-MM-DD` in the zone; names the counter. */
  readonly label: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The calendar window an instant belongs to, in an IANA time zone: days, weeks from Monday, months,
 * years. Windows touch without gap or overlap, also on days that have 23 or 25 hours.
 */
export function calendarWindow(kind: BudgetWindow, atMs: number, timeZone: string): CalendarWindow {
  const first = firstDay(kind, localDate(atMs, timeZone));
  const startsAtMs = startOfDay(first, timeZone);
  return { label: labelOf(first), startsAtMs, endsAtMs: startOfDay(firstDayOfNext(kind, first), timeZone) };
}

function firstDay(kind: BudgetWindow, date: LocalDate): LocalDate {
  switch (kind) {
    case 'daily':
      return date;
    case 'weekly': {
      const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay();
      return addDays(date, -((weekday + 6) % 7));
    }
    case 'monthly':
      return { ...date, day: 1 };
    case 'yearly':
      return { year: date.year, month: 1, day: 1 };
  }
}

function firstDayOfNext(kind: BudgetWindow, first: LocalDate): LocalDate {
  switch (kind) {
    case 'daily':
      return addDays(first, 1);
    case 'weekly':
      return addDays(first, 7);
    case 'monthly':
      return first.month === 12
        ? { year: first.year + 1, month: 1, day: 1 }
        : { ...first, month: first.month + 1 };
    case 'yearly':
      return { year: first.year + 1, month: 1, day: 1 };
  }
}

function addDays(date: LocalDate, days: number): LocalDate {
  const moved = new Date(Date.UTC(date.year, date.month - 1, date.day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

function labelOf(date: LocalDate): string {
  return new Date(Date.UTC(date.year, date.month - 1, date.day)).toISOString().slice(0, 10);
}

/** First instant of a local day: the zone's offset is looked up, since midnight may not exist on it. */
function startOfDay(date: LocalDate, timeZone: string): number {
  const utcMidnight = Date.UTC(date.year, date.month - 1, date.day);
  const wanted = labelOf(date);
  // Zones lie within ±14 h; the local day changes exactly once in this range, so bisection finds it.
  let before = utcMidnight - DAY_MS;
  let after = utcMidnight + DAY_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (labelOf(localDate(middle, timeZone)) < wanted) before = middle;
    else after = middle;
  }
  return after;
}

function localDate(atMs: number, timeZone: string): LocalDate {
  if (timeZone === 'UTC') {
    const date = new Date(atMs);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
  const parts = formatterOf(timeZone).formatToParts(atMs);
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return { year: read('year'), month: read('month'), day: read('day') };
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      calendar: 'gregory',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

import { AppError } from '../common/app-error';
import { calendarWindow } from '../cost/budgets/calendar-window';
import { ANALYTICS_ERRORS } from './analytics.errors';

const DAY_MS = 86_400_000;
const DATE = /^[1-9]\d{3}-\d\d-\d\d$/;

/** Whole days of a time zone. */
export interface AnalyticsPeriod {
  /** First and last day, `YYYY-MM-DD`, both included. */
  readonly startDate: string;
  readonly endDate: string;
  readonly days: number;
  readonly timeZone: string;
  /** Instant at which the first day begins, and at which the day after the last one does. */
  readonly from: Date;
  readonly until: Date;
}

/** What a client may say about a period. */
export interface PeriodQuery {
  readonly start_date?: string;
  readonly end_date?: string;
  readonly days?: number;
}

export interface PeriodLimits {
  readonly defaultDays: number;
  readonly maxDays: number;
}

/**
 * Reads a period: two dates, or a number of days that ends today or at the given end. Throws 400 for days that
 * do not exist, an end before the start, and periods longer than is answered.
 */
export function readPeriod(
  query: PeriodQuery,
  { nowMs, timeZone, limits }: { nowMs: number; timeZone: string; limits: PeriodLimits },
): AnalyticsPeriod {
  const today = dayNumber(calendarWindow('daily', nowMs, timeZone).label);
  const start = readDay('start_date', query.start_date);
  const end = readDay('end_date', query.end_date);
  if (start !== undefined && end !== undefined && query.days !== undefined)
    throw refusal('days', "Give 'start_date' and 'end_date', or 'days' with one of them at most.");
  const length = query.days ?? limits.defaultDays;
  const last =
    end ??
    (start === undefined || query.days === undefined ? Math.max(today, start ?? today) : start + length - 1);
  const first = start ?? last - length + 1;
  if (last < first) throw refusal('end_date', "'end_date' lies before 'start_date'.");
  const days = last - first + 1;
  if (days > limits.maxDays)
    throw refusal(
      query.days === undefined ? 'start_date' : 'days',
      `At most ${limits.maxDays} days are answered at once.`,
    );
  return {
    startDate: dayText(first),
    endDate: dayText(last),
    days,
    timeZone,
    from: startOf(first, timeZone),
    until: startOf(last + 1, timeZone),
  };
}

function readDay(param: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const day = DATE.test(text) ? dayNumber(text) : Number.NaN;
  if (Number.isNaN(day) || dayText(day) !== text)
    throw refusal(param, `'${param}' must be a date such as 2026-11-30.`);
  return day;
}

function dayNumber(label: string): number {
  return Math.floor(Date.parse(`${label}T00:00:00Z`) / DAY_MS);
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The day's first instant in the zone: noon UTC lies in it, or in a neighbour where zones are far from it. */
function startOf(day: number, timeZone: string): Date {
  let window = calendarWindow('daily', day * DAY_MS + DAY_MS / 2, timeZone);
  if (dayNumber(window.label) > day) window = calendarWindow('daily', window.startsAtMs - 1, timeZone);
  else if (dayNumber(window.label) < day) window = calendarWindow('daily', window.endsAtMs, timeZone);
  return new Date(window.startsAtMs);
}

function refusal(param: string, text: string): AppError {
  return new AppError(ANALYTICS_ERRORS.validation, { public: text, param });
}

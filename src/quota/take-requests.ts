import type { RateLine, RateOutcome } from './quota-store';
import type { SlidingWindow } from './sliding-window';

/** Takes one request from the window of every line, or from none; windows and lines in the same order. */
export function takeRequests(
  lines: readonly RateLine[],
  windows: readonly SlidingWindow[],
  nowMs: number,
): RateOutcome {
  return refusedRequest(lines, windows, nowMs) ?? takeFromAll(lines, windows, nowMs);
}

function refusedRequest(
  lines: readonly RateLine[],
  windows: readonly SlidingWindow[],
  nowMs: number,
): RateOutcome | undefined {
  let refusal: RateOutcome | undefined;
  for (const [i, line] of lines.entries()) {
    const { limit } = line;
    const resetMs = windows[i]?.waitFor(1, limit, nowMs) ?? 0;
    if (resetMs > (refusal?.resetMs ?? 0)) refusal = { allowed: false, limit, remaining: 0, resetMs, line };
  }
  return refusal;
}

function takeFromAll(
  lines: readonly RateLine[],
  windows: readonly SlidingWindow[],
  nowMs: number,
): RateOutcome {
  let tightestLine: RateOutcome = {
    allowed: true,
    limit: Number.MAX_SAFE_INTEGER,
    remaining: Number.MAX_SAFE_INTEGER,
    resetMs: 0,
    line: undefined,
  };
  for (const [i, line] of lines.entries()) {
    const { limit, windowMs } = line;
    windows[i]?.take(1, nowMs);
    const remaining = limit - (windows[i]?.usedAt(nowMs) ?? 0);
    if (remaining < tightestLine.remaining)
      tightestLine = { allowed: true, limit, remaining, resetMs: windowMs, line };
  }
  return tightestLine;
}

import { LuaScript } from '../platform/redis/lua-script';
import type {
  ExpiredHold,
  HoldOutcome,
  HoldRequest,
  RateLine,
  RateOutcome,
  SettleOutcome,
} from './quota-store';
import {
  EXPIRE,
  HOLD,
  LEASE,
  LOAD,
  LOADED,
  RAISE,
  RENEW,
  SETTLE,
  SHRINK,
  TAKE_REQUEST,
  UNDO,
} from './redis-quota-scripts';

const SETTLE_OUTCOMES: readonly SettleOutcome[] = [
  'settled',
  'already',
  'corrected',
  'unknown',
  'not_loaded',
];

/** The scripts with their replies read. */
export const QUOTA_SCRIPTS = {
  hold: new LuaScript(HOLD, toTexts),
  settle: new LuaScript(SETTLE, toSettleOutcome),
  lease: new LuaScript(LEASE, toTexts),
  shrink: new LuaScript(SHRINK, toFlag),
  undo: new LuaScript(UNDO, toFlag),
  renew: new LuaScript(RENEW, toFlag),
  expire: new LuaScript(EXPIRE, toExpiredHolds),
  load: new LuaScript(LOAD, toFlag),
  loaded: new LuaScript(LOADED, toFlag),
  raise: new LuaScript(RAISE, toFlag),
  takeRequest: new LuaScript(TAKE_REQUEST, toNumbers),
} as const;

/** Puts the lines of the request in the place of their numbers. */
export function toHoldOutcome(
  reply: readonly string[],
  { budgets, tokenLimits }: Pick<HoldRequest, 'budgets' | 'tokenLimits'>,
): HoldOutcome {
  const [kind, first = '', second = '', third = '', fourth = '0'] = reply;
  if (kind === 'not_loaded') return { kind };
  if (kind === 'held') return { kind, remainingNanoUsd: first === '' ? undefined : BigInt(first) };
  const budget = budgets[Number(first)];
  if (kind === 'over_budget' && budget) {
    return {
      kind,
      line: budget,
      spentNanoUsd: BigInt(second),
      heldNanoUsd: BigInt(third),
      leasedNanoUsd: BigInt(fourth),
    };
  }
  const rate = tokenLimits[Number(first)];
  if (kind === 'over_tokens' && rate) return { kind, line: rate, retryAfterMs: Number(second) };
  throw unexpected(reply);
}

export function toRateOutcome(reply: readonly number[], lines: readonly RateLine[]): RateOutcome {
  const [allowed, index = 0, remaining = 0, resetMs = 0] = reply;
  const line = lines[index];
  return { allowed: allowed === 1, limit: line?.limit ?? 0, remaining, resetMs, line };
}

function toTexts(reply: unknown): readonly string[] {
  if (Array.isArray(reply) && reply.every((item) => typeof item === 'string')) return reply;
  throw unexpected(reply);
}

function toNumbers(reply: unknown): readonly number[] {
  if (Array.isArray(reply) && reply.every((item) => typeof item === 'number')) return reply;
  throw unexpected(reply);
}

function toFlag(reply: unknown): boolean {
  if (reply === 0 || reply === 1) return reply === 1;
  throw unexpected(reply);
}

function toSettleOutcome(reply: unknown): SettleOutcome {
  const outcome = SETTLE_OUTCOMES.find((candidate) => candidate === reply);
  if (outcome === undefined) throw unexpected(reply);
  return outcome;
}

function toExpiredHolds(reply: unknown): readonly ExpiredHold[] {
  const texts = toTexts(reply);
  const holds: ExpiredHold[] = [];
  for (let i = 0; i + 2 < texts.length; i += 3) {
    holds.push({
      holdId: texts[i] ?? '',
      amountNanoUsd: BigInt(texts[i + 1] ?? '0'),
      note: texts[i + 2] ?? '',
    });
  }
  return holds;
}

function unexpected(reply: unknown): Error {
  return new Error(`Unexpected reply of a quota script: ${JSON.stringify(reply).slice(0, 200)}`);
}

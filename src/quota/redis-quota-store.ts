import type { Clock } from '../common/clock';
import type { NanoUsd } from '../common/money';
import type { LuaArgument, LuaScript } from '../platform/redis/lua-script';
import type { RedisClient } from '../platform/redis/redis-connection';
import { storeUnavailable } from '../platform/redis/redis.errors';
import { PendingUndos } from './pending-undos';
import {
  CHARGED_MEMORY_MS,
  checkHold,
  checkRateLines,
  checkSeeds,
  checkSettle,
  COUNTER_GRACE_MS,
  SETTLED_MEMORY_COUNT,
  SETTLED_MEMORY_MS,
} from './quota-rules';
import {
  MAX_LEASED_SHARE,
  QuotaStore,
  type BudgetLine,
  type CounterSeed,
  type CounterState,
  type ExpiredHold,
  type HoldEnd,
  type HoldOutcome,
  type HoldRequest,
  type LeaseRequest,
  type LiveHold,
  type RateLine,
  type RateOutcome,
  type RateRequest,
  type SettleOutcome,
  type SettleRequest,
} from './quota-store';
import { QUOTA_SCRIPTS, toHoldOutcome, toRateOutcome } from './redis-quota-replies';
import { SweepingMap } from './sweeping-map';

const REGISTER_EVERY_MS = 10 * 60_000;
const REGISTRY_MEMORY_MS = 48 * 3_600_000;

export interface RedisQuotaOptions {
  readonly client: RedisClient;
  readonly keyPrefix: string;
  /** The clock by which callers give absolute times; turned into distances, so that skew between replicas does not matter. */
  readonly clock: Clock;
  /** `server` (default): Redis's own clock decides what is due. `caller`: the clock above, for tests that move time. */
  readonly timeSource?: 'server' | 'caller';
}

/** Quota shared by all replicas. */
export class RedisQuotaStore extends QuotaStore {
  readonly isShared = true;
  private readonly client: RedisClient;
  private readonly clock: Clock;
  private readonly registry: string;
  private readonly registered: SweepingMap<number>;
  /** What is not undone in the end expires and is charged. */
  private readonly undos = new PendingUndos((organizationId, holdId) => {
    const args = [this.time(), holdId];
    return QUOTA_SCRIPTS.undo.runWhole(this.client, this.keysOf(organizationId), args);
  });

  constructor(private readonly options: RedisQuotaOptions) {
    super();
    this.client = options.client;
    this.clock = options.clock;
    this.registry = `${options.keyPrefix}:quota-organizations`;
    this.registered = new SweepingMap((sinceMs) => this.clock.monotonic() - sinceMs > REGISTER_EVERY_MS);
  }

  async hold(request: HoldRequest): Promise<HoldOutcome> {
    checkHold(request);
    const { organizationId, holdId, budgets, tokenLimits, replaces } = request;
    const keys = [...this.keysOf(organizationId), ...this.rateKeys(organizationId, tokenLimits)];
    const args: LuaArgument[] = [
      holdId,
      String(request.amountNanoUsd),
      request.tokens,
      request.expiresAtMs - this.clock.now(),
      request.note,
      budgets.length,
      ...budgets.flatMap(budgetArguments),
      ...rateArguments(tokenLimits),
      ...(replaces ? settleArguments(replaces) : []),
    ];
    await this.register(organizationId);
    this.undos.forget(holdId);
    try {
      return toHoldOutcome(await QUOTA_SCRIPTS.hold.run(this.client, keys, [this.time(), ...args]), request);
    } catch (error) {
      this.undos.add(organizationId, holdId);
      throw storeUnavailable('quota hold', error);
    }
  }

  async settle(request: SettleRequest): Promise<SettleOutcome> {
    checkSettle(request);
    return guard('settle', () =>
      this.run(QUOTA_SCRIPTS.settle, request.organizationId, settleArguments(request)),
    );
  }

  async lease(request: LeaseRequest): Promise<HoldOutcome> {
    checkHold({ ...request, tokens: 0, tokenLimits: [] });
    const { organizationId, holdId, amountNanoUsd, expiresAtMs, note, budgets } = request;
    const args = [
      holdId,
      String(amountNanoUsd),
      expiresAtMs - this.clock.now(),
      note,
      String(MAX_LEASED_SHARE),
    ];
    await this.register(organizationId);
    this.undos.forget(holdId);
    try {
      const lines = budgets.flatMap(budgetArguments);
      const reply = await this.run(QUOTA_SCRIPTS.lease, organizationId, [...args, ...lines]);
      return toHoldOutcome(reply, { budgets, tokenLimits: [] });
    } catch (error) {
      this.undos.add(organizationId, holdId);
      throw storeUnavailable('quota lease', error);
    }
  }

  async shrink(organizationId: string, holdId: string, amountNanoUsd: NanoUsd): Promise<boolean> {
    return guard('shrink', () =>
      this.run(QUOTA_SCRIPTS.shrink, organizationId, [holdId, String(amountNanoUsd)]),
    );
  }

  async renew(organizationId: string, holdId: string, expiresAtMs: number): Promise<boolean> {
    await this.register(organizationId);
    return guard('renew', () =>
      this.run(QUOTA_SCRIPTS.renew, organizationId, [holdId, expiresAtMs - this.clock.now()]),
    );
  }

  expireDue(organizationId: string, nowMs: number, limit: number): Promise<readonly ExpiredHold[]> {
    const ahead = nowMs - this.clock.now();
    return guard('expiry', () =>
      this.run(QUOTA_SCRIPTS.expire, organizationId, [ahead, limit, CHARGED_MEMORY_MS]),
    );
  }

  async readCounters(organizationId: string, counters: readonly string[]): Promise<readonly CounterState[]> {
    if (counters.length === 0) return [];
    const [state] = this.keysOf(organizationId);
    const fields = counters.flatMap((counter) => [`s:${counter}`, `h:${counter}`, `l:${counter}`]);
    const values = await guard('counters', () => this.client.hmget(state, ...fields));
    return counters.map((counter, i) => ({
      counter,
      spentNanoUsd: BigInt(values[i * 3] ?? '0'),
      heldNanoUsd: BigInt(values[i * 3 + 1] ?? '0'),
      leasedNanoUsd: BigInt(values[i * 3 + 2] ?? '0'),
    }));
  }

  async load(
    organizationId: string,
    seeds: readonly CounterSeed[],
    holds: readonly LiveHold[] = [],
  ): Promise<boolean> {
    checkSeeds(seeds);
    const now = this.clock.now();
    const args = [
      seeds.length,
      ...seeds.flatMap(seedArguments),
      ...holds.flatMap((hold) => liveHoldArguments(hold, now)),
    ];
    await this.register(organizationId, 'again');
    return guard('load', () => this.run(QUOTA_SCRIPTS.load, organizationId, args));
  }

  async isLoaded(organizationId: string): Promise<boolean> {
    return guard('state', () => this.run(QUOTA_SCRIPTS.loaded, organizationId, []));
  }

  async raise(organizationId: string, seeds: readonly CounterSeed[]): Promise<boolean> {
    checkSeeds(seeds);
    return guard('raise', () => this.run(QUOTA_SCRIPTS.raise, organizationId, seeds.flatMap(seedArguments)));
  }

  async takeRequest({ organizationId, lines, nowMs, carried = [] }: RateRequest): Promise<RateOutcome> {
    checkRateLines(lines);
    if (lines.length === 0) {
      return {
        allowed: true,
        limit: Number.MAX_SAFE_INTEGER,
        remaining: Number.MAX_SAFE_INTEGER,
        resetMs: 0,
        line: undefined,
      };
    }
    const keys = this.rateKeys(organizationId, lines);
    const args = [this.time(), nowMs - this.clock.now(), ...rateArguments(lines), ...carried];
    return toRateOutcome(
      await guard('rate limit', () => QUOTA_SCRIPTS.takeRequest.run(this.client, keys, args)),
      lines,
    );
  }

  async organizationsWithHolds(): Promise<readonly string[]> {
    return guard('organizations', async () => {
      await this.client.zremrangebyscore(
        this.registry,
        '-inf',
        String(this.clock.now() - REGISTRY_MEMORY_MS),
      );
      const known = await this.client.zrange(this.registry, '0', '-1');
      const counts = await Promise.all(known.map((id) => this.client.exists(this.keysOf(id)[3])));
      return known.filter((_, i) => counts[i] === 1).sort();
    });
  }

  private run<T>(script: LuaScript<T>, organizationId: string, args: readonly LuaArgument[]): Promise<T> {
    return script.run(this.client, this.keysOf(organizationId), [this.time(), ...args]);
  }

  /** Order as the scripts expect it. */
  private keysOf(organizationId: string): readonly [string, string, string, string, string, string] {
    const base = `${this.options.keyPrefix}:{${organizationId}}:quota:`;
    return [
      `${base}state`,
      `${base}windows`,
      `${base}holds`,
      `${base}live`,
      `${base}charged`,
      `${base}settled`,
    ];
  }

  private rateKeys(organizationId: string, lines: readonly RateLine[]): string[] {
    const base = `${this.options.keyPrefix}:{${organizationId}}:rate:`;
    return lines.map(({ counter, windowMs }) => `${base}${windowMs}:${counter}`);
  }

  private time(): string {
    return this.options.timeSource === 'caller' ? String(this.clock.now()) : '';
  }

  /**
   * Notes that the organization may have holds. The note lies in another slot of a cluster than the
   * counters, so it is a command of its own, sent once per organization and ten minutes.
   */
  private async register(organizationId: string, when: 'again' | 'if due' = 'if due'): Promise<void> {
    const sinceMs = this.registered.get(organizationId);
    const nowMs = this.clock.monotonic();
    if (when === 'if due' && sinceMs !== undefined && nowMs - sinceMs <= REGISTER_EVERY_MS) return;
    await guard('register', () => this.client.zadd(this.registry, String(this.clock.now()), organizationId));
    this.registered.set(organizationId, nowMs);
  }
}

function budgetArguments({ counter, limitNanoUsd, mode, windowEndsAtMs }: BudgetLine): LuaArgument[] {
  return [counter, mode === 'enforce' ? String(limitNanoUsd) : '', windowEndsAtMs + COUNTER_GRACE_MS];
}

function seedArguments({ counter, spentNanoUsd, windowEndsAtMs }: CounterSeed): LuaArgument[] {
  return [counter, String(spentNanoUsd), windowEndsAtMs + COUNTER_GRACE_MS];
}

function liveHoldArguments(hold: LiveHold, nowMs: number): LuaArgument[] {
  const { holdId, amountNanoUsd, counters, expiresAtMs, note } = hold;
  return [
    holdId,
    String(amountNanoUsd),
    expiresAtMs - nowMs,
    note,
    counters.length,
    ...counters.flatMap(({ counter, windowEndsAtMs }) => [counter, windowEndsAtMs + COUNTER_GRACE_MS]),
  ];
}

function settleArguments({ holdId, actualNanoUsd, actualTokens }: HoldEnd): LuaArgument[] {
  return [holdId, String(actualNanoUsd), actualTokens, SETTLED_MEMORY_MS, SETTLED_MEMORY_COUNT];
}

function rateArguments(lines: readonly RateLine[]): LuaArgument[] {
  return lines.flatMap(({ limit, windowMs }) => [limit, windowMs]);
}

async function guard<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeUnavailable(`quota ${operation}`, error);
  }
}

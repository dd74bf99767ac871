import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { ReplicaRoster } from '../platform/replicas/replica-roster';
import { InProcessQuotaStore } from './in-process-quota-store';
import { CallerRates, GLOBAL_SCOPE } from './caller-rates';
import type { HoldOutcome, HoldRequest, RateLine, RateOutcome, RateRequest } from './quota-store';
import { SweepingMap } from './sweeping-map';

interface Carried {
  count: number;
  readonly untilMs: number;
}

/**
 * This replica's part of every rate limit, for while the shared counters are away: the limit divided by the
 * number of replicas that were last known, rounded down, but at least one. What the replica has let through before
 * counts on its part; what it lets through on its part is carried into the shared counters when they are back.
 */
@Injectable()
export class RateShares {
  private readonly own: InProcessQuotaStore;
  private readonly carried: SweepingMap<Carried>;

  constructor(
    private readonly clock: Clock,
    private readonly roster: ReplicaRoster,
    private readonly rates: CallerRates,
  ) {
    this.own = new InProcessQuotaStore(clock);
    this.carried = new SweepingMap(({ untilMs }) => untilMs <= clock.now());
  }

  /** How many replicas share the limits; undefined while that is not known. */
  get knownReplicas(): number | undefined {
    return this.roster.lastKnownCount;
  }

  /** Call for every request that the shared counters let through. */
  note(request: RateRequest): void {
    const lines = request.lines.map((line) => ({ ...line, limit: Number.MAX_SAFE_INTEGER }));
    void this.own.takeRequest({ ...request, lines });
  }

  /** Takes one request from the own part of every line, or from none; undefined when it is not known how many replicas there are. */
  async take(request: RateRequest): Promise<RateOutcome | undefined> {
    const lines = this.partOf(request.lines);
    if (lines === undefined) return undefined;
    const outcome = await this.own.takeRequest({ ...request, lines });
    if (outcome.allowed) for (const line of request.lines) this.carry(request.organizationId, line, 1);
    const line = request.lines.find(({ counter }) => counter === outcome.line?.counter);
    return { ...outcome, limit: line?.limit ?? outcome.limit, line };
  }

  /** Reserves tokens on the own part of every limit, that of the installation included; undefined when it is not known how many replicas there are. */
  async holdTokens(request: HoldRequest): Promise<HoldOutcome | undefined> {
    const own = await this.holdOn(request.organizationId, request, request.tokenLimits);
    if (own?.kind !== 'held') return own;
    const global = await this.holdOn(GLOBAL_SCOPE, request, this.rates.globalLines('tokens'));
    if (global?.kind !== 'held') await this.settleTokens(request, 0);
    return global;
  }

  /** Puts the tokens that were really used in the place of what was reserved. */
  async settleTokens({ organizationId, holdId }: HoldRequest, actualTokens: number): Promise<void> {
    const end = { holdId, actualNanoUsd: 0n, actualTokens };
    await this.own.settle({ organizationId, ...end });
    await this.own.settle({ organizationId: GLOBAL_SCOPE, ...end });
  }

  private async holdOn(
    organizationId: string,
    request: HoldRequest,
    lines: readonly RateLine[],
  ): Promise<HoldOutcome | undefined> {
    if (lines.length === 0) return { kind: 'held', remainingNanoUsd: undefined };
    const tokenLimits = this.partOf(lines);
    if (tokenLimits === undefined) return undefined;
    await this.own.load(organizationId, []);
    const { holdId, tokens, expiresAtMs } = request;
    const hold = { organizationId, holdId, tokens, tokenLimits, expiresAtMs };
    const outcome = await this.own.hold({ ...hold, amountNanoUsd: 0n, budgets: [], note: '' });
    if (outcome.kind !== 'over_tokens') return outcome;
    const line = lines.find(({ counter }) => counter === outcome.line.counter) ?? outcome.line;
    return { ...outcome, line };
  }

  /** The own part of these limits; undefined when it is not known how many replicas there are. */
  partOf(lines: readonly RateLine[]): readonly RateLine[] | undefined {
    const replicas = this.knownReplicas;
    if (replicas === undefined) return undefined;
    return lines.map((line) => ({ ...line, limit: Math.max(1, Math.floor(line.limit / replicas)) }));
  }

  /** What is to be carried into the shared counters of these lines, in their order; each amount is given out once. */
  takeCarried({ organizationId, lines }: RateRequest): readonly number[] | undefined {
    if (this.carried.size === 0) return undefined;
    const counts = lines.map((line) => {
      const known = this.carried.get(keyOf(organizationId, line));
      const count = known && known.untilMs > this.clock.now() ? known.count : 0;
      if (known) known.count = 0;
      return count;
    });
    return counts.some((count) => count > 0) ? counts : undefined;
  }

  /** Takes back what {@link takeCarried} gave out and did not arrive. */
  keepCarried({ organizationId, lines }: RateRequest, counts: readonly number[]): void {
    for (const [i, line] of lines.entries()) this.carry(organizationId, line, counts[i] ?? 0);
  }

  private carry(organizationId: string, line: RateLine, count: number): void {
    if (count === 0) return;
    const key = keyOf(organizationId, line);
    const known = this.carried.get(key);
    if (known && known.untilMs > this.clock.now()) known.count += count;
    else this.carried.set(key, { count, untilMs: this.clock.now() + line.windowMs });
  }
}

function keyOf(organizationId: string, { counter, windowMs }: RateLine): string {
  return `${organizationId} ${windowMs} ${counter}`;
}

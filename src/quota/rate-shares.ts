import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { ReplicaRoster } from '../platform/replicas/replica-roster';
import { InProcessQuotaStore } from './in-process-quota-store';
import type { RateLine, RateOutcome, RateRequest } from './quota-store';
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

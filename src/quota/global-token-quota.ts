import type { NanoUsd } from '../common/money';
import {
  QuotaStore,
  type CounterSeed,
  type CounterState,
  type ExpiredHold,
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
import { GLOBAL_SCOPE } from './caller-rates';
import { PendingUndos } from './pending-undos';

const EXPIRE_AT_ONCE = 1_000;

/**
 * Adds token limits of the whole installation to a store: every hold reserves its tokens there too, and its settle corrects
 * them. No atomic step can span two organizations, so this is a second one, and what it refuses is given back to the first.
 */
export class GlobalTokenQuota extends QuotaStore {
  private readonly undos = new PendingUndos((organizationId, holdId) =>
    this.store.settle({ organizationId, holdId, actualNanoUsd: 0n, actualTokens: 0 }),
  );

  constructor(
    private readonly store: QuotaStore,
    private readonly lines: readonly RateLine[],
  ) {
    super();
  }

  get isShared(): boolean {
    return this.store.isShared;
  }

  async hold(request: HoldRequest): Promise<HoldOutcome> {
    const own = await this.store.hold(request);
    if (own.kind !== 'held') return own;
    const { organizationId, holdId } = request;
    try {
      const global = await this.holdGlobal(request);
      if (global.kind === 'held') return own;
      await this.store.settle({ organizationId, holdId, actualNanoUsd: 0n, actualTokens: 0 });
      return global;
    } catch (error) {
      this.undos.add(organizationId, holdId);
      throw error;
    }
  }

  async settle(request: SettleRequest): Promise<SettleOutcome> {
    const { holdId, actualTokens } = request;
    const [outcome] = await Promise.all([
      this.store.settle(request),
      this.store.settle({ organizationId: GLOBAL_SCOPE, holdId, actualNanoUsd: 0n, actualTokens }),
    ]);
    return outcome;
  }

  lease(request: LeaseRequest): Promise<HoldOutcome> {
    return this.store.lease(request);
  }

  shrink(organizationId: string, holdId: string, amountNanoUsd: NanoUsd): Promise<boolean> {
    return this.store.shrink(organizationId, holdId, amountNanoUsd);
  }

  async renew(organizationId: string, holdId: string, expiresAtMs: number): Promise<boolean> {
    const [renewed] = await Promise.all([
      this.store.renew(organizationId, holdId, expiresAtMs),
      this.store.renew(GLOBAL_SCOPE, holdId, expiresAtMs),
    ]);
    return renewed;
  }

  expireDue(organizationId: string, nowMs: number, limit: number): Promise<readonly ExpiredHold[]> {
    return this.store.expireDue(organizationId, nowMs, limit);
  }

  readCounters(organizationId: string, counters: readonly string[]): Promise<readonly CounterState[]> {
    return this.store.readCounters(organizationId, counters);
  }

  load(organizationId: string, seeds: readonly CounterSeed[], holds?: readonly LiveHold[]): Promise<boolean> {
    return this.store.load(organizationId, seeds, holds);
  }

  isLoaded(organizationId: string): Promise<boolean> {
    return this.store.isLoaded(organizationId);
  }

  raise(organizationId: string, seeds: readonly CounterSeed[]): Promise<boolean> {
    return this.store.raise(organizationId, seeds);
  }

  takeRequest(request: RateRequest): Promise<RateOutcome> {
    return this.store.takeRequest(request);
  }

  /** The holds of the installation carry no money: they end here, and nobody is told. */
  async organizationsWithHolds(): Promise<readonly string[]> {
    const found = await this.store.organizationsWithHolds();
    if (found.includes(GLOBAL_SCOPE)) await this.store.expireDue(GLOBAL_SCOPE, Date.now(), EXPIRE_AT_ONCE);
    return found.filter((id) => id !== GLOBAL_SCOPE);
  }

  private async holdGlobal(request: HoldRequest): Promise<HoldOutcome> {
    const hold = {
      ...request,
      organizationId: GLOBAL_SCOPE,
      amountNanoUsd: 0n,
      budgets: [],
      tokenLimits: this.lines,
    };
    const first = await this.store.hold(hold);
    if (first.kind !== 'not_loaded') return first;
    await this.store.load(GLOBAL_SCOPE, []);
    return this.store.hold(hold);
  }
}

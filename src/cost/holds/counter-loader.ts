import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { QuotaStore, type CounterSeed } from '../../quota/quota-store';
import { userCounter } from '../budgets/budget-lines';
import { calendarWindow, type BudgetWindow, type CalendarWindow } from '../budgets/calendar-window';
import { LedgerRepository } from '../ledger/ledger.repository';
import { parseUsageRow, type UsageRow } from '../ledger/usage-row';
import { HoldKeeper } from './hold-keeper';

const WINDOWS: readonly BudgetWindow[] = ['daily', 'monthly'];

interface OpenWindow {
  readonly kind: BudgetWindow;
  readonly window: CalendarWindow;
}

/**
 * Computes the spending counters of an organization after the quota store lost them (fresh in-process
 * store, flushed or replaced Redis): the ledger, plus what this process has not yet got into it, plus
 * the holds of its running requests.
 */
@Injectable()
export class CounterLoader {
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly store: QuotaStore,
    private readonly ledger: LedgerRepository,
    private readonly shipper: OutboxShipper,
    private readonly keeper: HoldKeeper,
    private readonly clock: Clock,
  ) {}

  /** Loads the counters; concurrent calls for one organization share the work. */
  load(organizationId: string, timeZone: string): Promise<void> {
    const known = this.running.get(organizationId);
    if (known) return known;
    const work = this.loadNow(organizationId, timeZone).finally(() => this.running.delete(organizationId));
    this.running.set(organizationId, work);
    return work;
  }

  private async loadNow(organizationId: string, timeZone: string): Promise<void> {
    const now = this.clock.now();
    const windows = WINDOWS.map((kind) => ({ kind, window: calendarWindow(kind, now, timeZone) }));
    // Order matters: a row that gets into the ledger between the two reads is counted twice, never missed.
    const unbooked = await this.unbookedRows(organizationId);
    const sums = new CounterSums(windows);
    for (const user of await this.ledger.sumByUser(
      organizationId,
      windows.map(({ window }) => window.startsAtMs),
    )) {
      sums.addWindows(user.userId, user.spentNanoUsd);
    }
    for (const row of unbooked) sums.addRow(row);
    await this.store.load(organizationId, sums.toSeeds());
    for (const hold of this.keeper.liveHolds) {
      if (hold.organizationId === organizationId) await hold.repost(now);
    }
  }

  private async unbookedRows(organizationId: string): Promise<readonly UsageRow[]> {
    const rows: UsageRow[] = [];
    for await (const line of this.shipper.unrecordedLines('usage')) {
      const row = parseUsageRow(line.payload);
      if (row?.organization_id === organizationId) rows.push(row);
    }
    const recorded = await this.ledger.findRecorded(rows.map((row) => row.attempt_id));
    return rows.filter((row) => !recorded.has(row.attempt_id));
  }
}

/** Adds up spending per user and window. */
class CounterSums {
  private readonly seeds = new Map<string, CounterSeed>();

  constructor(private readonly windows: readonly OpenWindow[]) {}

  addWindows(userId: string, amounts: readonly NanoUsd[]): void {
    this.windows.forEach((open, i) => this.add(userId, open, amounts[i] ?? 0n));
  }

  addRow(row: UsageRow): void {
    const heldAtMs = Date.parse(row.held_at);
    for (const open of this.windows) {
      if (heldAtMs >= open.window.startsAtMs) this.add(row.user_id, open, BigInt(row.cost_nano_usd));
    }
  }

  toSeeds(): readonly CounterSeed[] {
    return [...this.seeds.values()];
  }

  private add(userId: string, { kind, window }: OpenWindow, amount: NanoUsd): void {
    const counter = userCounter(userId, kind, window);
    const spentNanoUsd = (this.seeds.get(counter)?.spentNanoUsd ?? 0n) + amount;
    this.seeds.set(counter, { counter, spentNanoUsd, windowEndsAtMs: window.endsAtMs });
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import type { CounterSeed } from '../../quota/quota-store';
import type { Spending } from '../ledger/spending';
import { SpendingQuery } from '../ledger/spending.query';
import { parseUsageRow, type UsageRow } from '../ledger/usage-row';
import { BudgetBook } from './budget-book';
import { calendarWindow, type BudgetWindow, type CalendarWindow } from './calendar-window';
import { CounterSums, countsByModel, windowsInUse } from './counter-sums';

/** Whose counters, and in which zone its calendar runs. */
export interface CountedOrganization {
  readonly organizationId: string;
  readonly timeZone: string;
}

/**
 * What the counters of an organization must show: the ledger, plus calls that have not yet got into it.
 * Both are taken as of one instant, so that no call is missed or counted twice.
 */
@Injectable()
export class LedgerCounters {
  constructor(
    private readonly spending: SpendingQuery,
    private readonly shipper: OutboxShipper,
    private readonly book: BudgetBook,
    private readonly clock: Clock,
  ) {}

  /** `rows` and holds are those of all replicas; without them those of this process count. */
  async read(
    { organizationId, timeZone }: CountedOrganization,
    { rows, withoutHolds = [] }: { rows?: readonly UsageRow[]; withoutHolds?: readonly string[] } = {},
  ): Promise<readonly CounterSeed[]> {
    const now = this.clock.now();
    const budgets = await this.book.budgetsOf(organizationId);
    const windows = new Map(
      windowsInUse(budgets).map((kind) => [kind, calendarWindow(kind, now, timeZone)] as const),
    );
    // Read first: what gets into the ledger in between is then found there, and left out here.
    const unbooked = (rows ?? (await this.unbookedRows(organizationId))).filter(
      ({ hold_id: holdId }) => !withoutHolds.includes(holdId),
    );
    const { spendings, recorded } = await this.spending.read({
      organizationId,
      timeZone,
      sinceMs: [...windows.values()].map(({ startsAtMs }) => startsAtMs),
      byModel: countsByModel(budgets),
      attemptIds: unbooked.map((row) => row.attempt_id),
      withoutHolds,
    });
    const sums = new CounterSums(organizationId, budgets, windows);
    const kinds = [...windows.keys()];
    for (const spending of spendings) sums.add(spending, (kind) => amountOf(spending, kinds.indexOf(kind)));
    for (const row of unbooked) {
      if (!recorded.has(row.attempt_id)) addRow(sums, row, windows);
    }
    return sums.toSeeds();
  }

  private async unbookedRows(organizationId: string): Promise<readonly UsageRow[]> {
    const rows: UsageRow[] = [];
    for await (const line of this.shipper.unrecordedLines('usage')) {
      const row = parseUsageRow(line.payload);
      if (row?.organization_id === organizationId) rows.push(row);
    }
    return rows;
  }
}

function amountOf({ spentNanoUsd }: Spending, index: number): bigint {
  return spentNanoUsd[index] ?? 0n;
}

function addRow(sums: CounterSums, row: UsageRow, windows: ReadonlyMap<BudgetWindow, CalendarWindow>): void {
  const heldAtMs = Date.parse(row.held_at);
  const subject = {
    projectId: row.project_id,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    provider: row.provider,
    model: row.resolved_model,
  };
  const cost = BigInt(row.cost_nano_usd);
  sums.add(subject, (kind) => (heldAtMs >= (windows.get(kind)?.startsAtMs ?? Infinity) ? cost : 0n));
}

import type { QuotaStore } from '../../../src/quota/quota-store';
import { callersOf, type AccountingKit } from './accounting-kit';
import type { Note } from './random-requests';

type Row = Extract<Note, { kind: 'intent' | 'outcome' }>;

/** What the books must say after everything has ended, derived from the notes alone. */
export class Books {
  /** One row per call: its outcome, or the intent of a call whose process died. */
  readonly rows: readonly Row[];
  private readonly holds = new Map<string, Extract<Note, { kind: 'hold' }>>();
  private readonly bills = new Map<string, bigint>();

  constructor(notes: readonly Note[]) {
    const rows = new Map<string, Row>();
    for (const note of notes) {
      if (note.kind === 'bill') this.bills.set(note.attemptId, BigInt(note.cost));
      else if (note.kind === 'hold') this.holds.set(note.holdId, note);
      else rows.set(note.attemptId, note);
    }
    this.rows = [...rows.values()];
  }

  /** Rows marked exact that differ from what the vendor billed. */
  get wrongExact(): readonly string[] {
    return this.rows
      .filter(
        ({ source, attemptId, cost }) => source === 'exact' && this.bills.get(attemptId) !== BigInt(cost),
      )
      .map(({ attemptId }) => attemptId);
  }

  /** As adoption does: every hold is settled with the sum of its rows; what never got to a call expires and is charged. */
  async finish(store: QuotaStore, organizationId: string): Promise<ReadonlyMap<string, bigint>> {
    const sums = new Map<string, bigint>();
    for (const row of this.rows) sums.set(row.holdId, (sums.get(row.holdId) ?? 0n) + BigInt(row.cost));
    for (const [holdId, actualNanoUsd] of sums)
      await store.settle({ organizationId, holdId, actualNanoUsd, actualTokens: 1 });
    const charged = new Map<string, bigint>();
    for (;;) {
      const expired = await store.expireDue(organizationId, Date.now() + 3_600_000, 100);
      for (const { holdId, amountNanoUsd } of expired) charged.set(holdId, amountNanoUsd);
      if (expired.length === 0) return charged;
    }
  }

  /** What every counter must show: the ledger, and the holds that were charged without a call. */
  expectedCounters(
    kit: AccountingKit,
    organizationId: string,
    charged: ReadonlyMap<string, bigint>,
  ): ReadonlyMap<string, bigint> {
    const sums = new Map<string, bigint>();
    const callers = new Map(callersOf(organizationId).map((who) => [who.userId, who]));
    const add = (about: Pick<Row, 'userId' | 'target'>, cost: bigint): void => {
      const who = callers.get(about.userId);
      if (!who) throw new Error(`nobody is ${about.userId}`);
      for (const { counter } of kit.linesOf(who, about.target))
        sums.set(counter, (sums.get(counter) ?? 0n) + cost);
    };
    for (const row of this.rows) add(row, BigInt(row.cost));
    for (const [holdId, amount] of charged) {
      const hold = this.holds.get(holdId);
      if (hold) add(hold, amount);
    }
    return sums;
  }

  /** Amounts of holds that were charged although nothing is known of them. */
  unknownCharges(charged: ReadonlyMap<string, bigint>): readonly bigint[] {
    return [...charged].flatMap(([holdId, amount]) => (this.holds.has(holdId) ? [] : [amount]));
  }
}

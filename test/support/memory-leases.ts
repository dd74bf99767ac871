import type { NanoUsd } from '../../src/common/money';
import type { Lease } from '../../src/cost/leases/lease';
import { LeaseRecords, type OwnerlessLease, type RecordedLease } from '../../src/cost/leases/lease-records';

/** The table of leases that all replicas share, in memory. */
export class LeaseTable {
  readonly rows = new Map<string, RecordedLease>();
  /** Owners that have not been heard of for long. */
  readonly silent = new Set<string>();
  /** What the ledger has under a lease. */
  spentUnder: (id: string) => NanoUsd = () => 0n;
}

/** One replica's view of the table, whose database can be away. */
export class MemoryLeases extends LeaseRecords {
  isAway = false;

  constructor(
    private readonly table = new LeaseTable(),
    private readonly owner = 'box_own',
  ) {
    super(undefined as never, undefined as never);
  }

  override get ownerId(): string {
    return this.owner;
  }

  override async add({ terms }: Lease): Promise<void> {
    await this.reach();
    const { id, organizationId, amountNanoUsd, lines: counters } = terms;
    this.table.rows.set(id, { id, organizationId, owner: this.owner, amountNanoUsd, counters });
  }

  override async touch(): Promise<void> {
    await this.reach();
    this.table.silent.delete(this.owner);
  }

  override async remove(id: string): Promise<void> {
    await this.reach();
    this.table.rows.delete(id);
  }

  override async of(organizationId: string): Promise<readonly RecordedLease[]> {
    await this.reach();
    return [...this.table.rows.values()].filter((row) => row.organizationId === organizationId);
  }

  override async disown(owner: string): Promise<void> {
    await this.reach();
    for (const row of this.table.rows.values())
      if (row.owner === owner) this.table.rows.set(row.id, { ...row, owner: null });
  }

  override async release(ids: readonly string[]): Promise<void> {
    await this.reach();
    for (const id of ids) {
      const row = this.table.rows.get(id);
      if (row) this.table.rows.set(id, { ...row, owner: null });
    }
  }

  override async ownerless(after: string, limit: number): Promise<readonly OwnerlessLease[]> {
    await this.reach();
    return [...this.table.rows.values()]
      .filter(({ id, owner }) => (owner === null || this.table.silent.has(owner)) && id > after)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .slice(0, limit)
      .map((row) => ({ ...row, takenAt: new Date(0) }));
  }

  override async spentUnder({ id }: OwnerlessLease): Promise<NanoUsd> {
    await this.reach();
    return this.table.spentUnder(id);
  }

  private reach(): Promise<void> {
    return this.isAway ? Promise.reject(new Error('the database is away')) : Promise.resolve();
  }
}

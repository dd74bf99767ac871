import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import type { NanoUsd } from '../../common/money';
import { Outbox } from '../../platform/outbox/outbox';
import type { LiveHold } from '../../quota/quota-store';
import type { Lease } from './lease';
import { LeaseEntity } from './lease.entity';

/** A lease as the database knows it. */
export interface RecordedLease {
  readonly id: string;
  readonly organizationId: string;
  readonly owner: string | null;
  readonly amountNanoUsd: NanoUsd;
  readonly counters: LiveHold['counters'];
}

export interface OwnerlessLease extends RecordedLease {
  readonly takenAt: Date;
}

const CLOCK_SKEW_MS = 3_600_000;
/** An owner that has not been heard of for so long spends from no lease any more, whatever became of it, and its running calls have ended. */
const LOST = `seen_at < now() - interval '80 minutes'`;

/** Leases of all replicas, in the database: from before they are taken until after they have ended. */
@Injectable()
export class LeaseRecords {
  constructor(
    @InjectRepository(LeaseEntity) private readonly leases: Repository<LeaseEntity>,
    private readonly outbox: Outbox,
  ) {}

  /** Names this process; the folder outlives it until its calls are in the ledger. */
  get ownerId(): string {
    return this.outbox.folderName;
  }

  async add({ terms }: Lease): Promise<void> {
    const { id, organizationId, amountNanoUsd, lines } = terms;
    await this.leases.insert({
      id,
      organizationId,
      owner: this.ownerId,
      amountNanoUsd: amountNanoUsd.toString(),
      counters: lines.map(({ counter, windowEndsAtMs }) => ({ counter, windowEndsAtMs })),
    });
  }

  /** This process lives: what it has spent from its leases is for it to say, however long it has to wait for the store. */
  async touch(): Promise<void> {
    await this.leases.update({ owner: this.ownerId }, { seenAt: () => 'now()' });
  }

  async remove(id: string): Promise<void> {
    await this.leases.delete({ id });
  }

  async of(organizationId: string): Promise<readonly RecordedLease[]> {
    return (await this.leases.findBy({ organizationId })).map(toRecord);
  }

  /** The process is dead, and the ledger has every call it made. */
  async disown(owner: string): Promise<void> {
    await this.leases.update({ owner }, { owner: null });
  }

  /** The process lives, but will not end them, and nothing was spent from them. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.leases.update({ id: In([...ids]) }, { owner: null });
  }

  /** Leases that nobody spends from, by id; at most `limit`, those after the given one. */
  async ownerless(after: string, limit: number): Promise<readonly OwnerlessLease[]> {
    const rows = await this.leases
      .createQueryBuilder('lease')
      .where(`(owner IS NULL OR ${LOST})`)
      .andWhere('lease.id > :after', { after })
      .orderBy('lease.id')
      .limit(limit)
      .getMany();
    return rows.map((row) => ({ ...toRecord(row), takenAt: row.takenAt }));
  }

  /** What the ledger has under it. */
  async spentUnder({ id, organizationId, takenAt }: OwnerlessLease): Promise<NanoUsd> {
    // Clocks of processes and of the database may differ; the index of the ledger is by this time.
    const since = new Date(takenAt.getTime() - CLOCK_SKEW_MS).toISOString();
    const rows: unknown = await this.leases.query(
      `SELECT coalesce(sum(cost_nano_usd), 0)::text AS spent FROM usage_record
       WHERE organization_id = $1 AND hold_id = $2 AND started_at >= $3::timestamptz
         AND started_on >= ($3::timestamptz AT TIME ZONE 'UTC')::date`,
      [organizationId, id, since],
    );
    const [row] = Array.isArray(rows) ? (rows as readonly { readonly spent: string }[]) : [];
    return BigInt(row?.spent ?? '0');
  }
}

function toRecord({ id, organizationId, owner, amountNanoUsd, counters }: LeaseEntity): RecordedLease {
  return { id, organizationId, owner, amountNanoUsd: BigInt(amountNanoUsd), counters };
}

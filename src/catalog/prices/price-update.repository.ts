import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import type { PriceUpdateStatus } from './price-update-status';
import { PriceUpdateEntity } from './price-update.entity';

export interface PriceUpdateFilter {
  readonly status?: PriceUpdateStatus;
  readonly provider?: string;
  readonly model?: string;
  readonly limit: number;
  /** Only those older than the update with this id. */
  readonly before?: string;
}

/** Stores price updates. They belong to the installation: only system administrators come here. */
@Injectable()
export class PriceUpdateRepository {
  constructor(@InjectRepository(PriceUpdateEntity) private readonly updates: Repository<PriceUpdateEntity>) {}

  /** Everything that counts, in the order of entry. */
  listActive(): Promise<PriceUpdateEntity[]> {
    return this.updates.find({ where: { status: 'active' }, order: { id: 'ASC' } });
  }

  /** Newest first. */
  list({ status, provider, model, limit, before }: PriceUpdateFilter): Promise<PriceUpdateEntity[]> {
    return this.updates.find({
      where: {
        ...(status !== undefined && { status }),
        ...(provider !== undefined && { provider }),
        ...(model !== undefined && { model }),
        ...(before !== undefined && { id: LessThan(before) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  find(id: string): Promise<PriceUpdateEntity | null> {
    return this.updates.findOneBy({ id });
  }

  async insert(rows: readonly Omit<PriceUpdateEntity, 'createdAt'>[]): Promise<void> {
    await this.updates.insert([...rows]);
  }

  /** Undefined when the update is not in one of the states any more; two deciders cannot both succeed. */
  async change(
    id: string,
    from: readonly PriceUpdateStatus[],
    to: PriceUpdateStatus,
  ): Promise<PriceUpdateEntity | undefined> {
    const { affected } = await this.updates.update({ id, status: In([...from]) }, { status: to });
    return affected === 1 ? ((await this.find(id)) ?? undefined) : undefined;
  }
}

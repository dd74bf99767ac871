import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { StoredOrganizationLimits } from './organization-limits';
import { PlanEntity } from './plan.entity';

/** Plans; few, and the same for the whole installation. */
@Injectable()
export class PlanRepository {
  constructor(@InjectRepository(PlanEntity) private readonly plans: Repository<PlanEntity>) {}

  list(): Promise<PlanEntity[]> {
    return this.plans.find({ order: { name: 'ASC' }, take: 1_000 });
  }

  find(name: string): Promise<PlanEntity | null> {
    return this.plans.findOneBy({ name });
  }

  async save(name: string, limits: StoredOrganizationLimits): Promise<PlanEntity> {
    await this.plans.upsert({ name, limits }, ['name']);
    return this.plans.findOneByOrFail({ name });
  }

  /** Ids of the organizations that follow this plan. */
  async organizationsOn(name: string): Promise<readonly string[]> {
    const rows = await this.plans.manager.query<{ id: string }[]>(
      'SELECT id FROM organization WHERE plan = $1',
      [name],
    );
    return rows.map(({ id }) => id);
  }

  async remove(name: string): Promise<void> {
    await this.plans.delete({ name });
  }
}

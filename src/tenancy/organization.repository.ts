import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { newId } from '../common/ids';
import { OrganizationEntity } from './organization.entity';

/** Reads and makes tenants. */
@Injectable()
export class OrganizationRepository {
  constructor(
    @InjectRepository(OrganizationEntity) private readonly organizations: Repository<OrganizationEntity>,
  ) {}

  findBySlug(slug: string): Promise<OrganizationEntity | null> {
    return this.organizations.findOneBy({ slug });
  }

  /** The tenant with this slug, made when there is none; several replicas may call it at once. */
  async ensure(slug: string, name: string): Promise<OrganizationEntity> {
    const known = await this.findBySlug(slug);
    if (known !== null) return known;
    await this.organizations
      .createQueryBuilder()
      .insert()
      .values({ id: newId('org'), slug, name })
      .orIgnore()
      .execute();
    return this.organizations.findOneByOrFail({ slug });
  }
}

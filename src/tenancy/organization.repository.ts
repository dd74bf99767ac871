import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { newId } from '../common/ids';
import { OrganizationEntity } from './organization.entity';
import { organizationLimits, type OrganizationLimits } from './organization-limits';

/** What is settable about a tenant. */
export type OrganizationChange = Partial<
  Pick<OrganizationEntity, 'name' | 'timeZone' | 'status' | 'plan' | 'limits'>
>;

/** Reads and makes tenants. */
@Injectable()
export class OrganizationRepository {
  constructor(
    @InjectRepository(OrganizationEntity) private readonly organizations: Repository<OrganizationEntity>,
  ) {}

  findBySlug(slug: string): Promise<OrganizationEntity | null> {
    return this.organizations.findOneBy({ slug });
  }

  findByIdOrSlug(text: string): Promise<OrganizationEntity | null> {
    return this.organizations.findOneBy([{ id: text }, { slug: text }]);
  }

  findById(id: string): Promise<OrganizationEntity | null> {
    return this.organizations.findOneBy({ id });
  }

  /** Newest first, those older than `beforeId`; only the one given when `onlyId` is. */
  list(page: {
    onlyId: string | undefined;
    beforeId: string | undefined;
    limit: number;
  }): Promise<OrganizationEntity[]> {
    return this.organizations.find({
      where: [
        ...(page.onlyId === undefined ? [] : [{ id: page.onlyId }]),
        ...(page.onlyId === undefined && page.beforeId !== undefined
          ? [{ id: LessThan(page.beforeId) }]
          : []),
      ],
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  async insert(
    organization: Pick<OrganizationEntity, 'id' | 'slug' | 'name' | 'timeZone' | 'plan' | 'limits'>,
  ): Promise<OrganizationEntity> {
    await this.organizations.insert(organization);
    return this.organizations.findOneByOrFail({ id: organization.id });
  }

  async update(id: string, change: OrganizationChange): Promise<OrganizationEntity> {
    await this.organizations.update({ id }, change);
    return this.organizations.findOneByOrFail({ id });
  }

  /** For one that was just made and has nothing yet. */
  async remove(id: string): Promise<void> {
    await this.organizations.delete({ id });
  }

  /** The limits of its plan and its own. */
  async limitsOf(id: string): Promise<OrganizationLimits> {
    const [row] = await this.organizations.manager.query<{ plan: unknown; own: unknown }[]>(
      `SELECT p.limits AS plan, o.limits AS own FROM organization o JOIN plan p ON p.name = o.plan WHERE o.id = $1`,
      [id],
    );
    return organizationLimits(row?.plan, row?.own);
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

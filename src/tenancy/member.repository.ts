import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { newId } from '../common/ids';
import type { Role } from '../access/permissions';
import { permissionsOfMembership, type Member } from './member';
import { MembershipEntity } from './membership.entity';
import { OrganizationEntity, type AccountStatus } from './organization.entity';
import { UserEntity } from './user.entity';

export interface NewUser {
  /** Made here when left out. */
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  readonly passwordHash?: string;
}

interface MemberRow {
  readonly organization_id: string;
  readonly slug: string;
  readonly organization_status: AccountStatus;
  readonly time_zone: string;
  readonly user_status: AccountStatus;
  readonly role: string;
  readonly permissions: string[] | null;
}

/** Users and what they may do in their organizations. */
@Injectable()
export class MemberRepository {
  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @InjectRepository(MembershipEntity) private readonly memberships: Repository<MembershipEntity>,
  ) {}

  /** A user within the organization given by id or slug; undefined when either is unknown or they do not belong together. */
  async findMember(organization: string, userId: string): Promise<Member | undefined> {
    const row = await this.memberships
      .createQueryBuilder('membership')
      .innerJoin(OrganizationEntity, 'organization', 'organization.id = membership.organization_id')
      .innerJoin(UserEntity, 'app_user', 'app_user.id = membership.user_id')
      .select('organization.id', 'organization_id')
      .addSelect('organization.slug', 'slug')
      .addSelect('organization.status', 'organization_status')
      .addSelect('organization.time_zone', 'time_zone')
      .addSelect('app_user.status', 'user_status')
      .addSelect('membership.role', 'role')
      .addSelect('membership.permissions', 'permissions')
      .where('membership.user_id = :userId', { userId })
      .andWhere('(organization.id = :organization OR organization.slug = :organization)', { organization })
      .getRawOne<MemberRow>();
    return row && toMember(userId, row);
  }

  findUserByEmail(email: string): Promise<UserEntity | null> {
    return this.users.findOneBy({ email: email.toLowerCase() });
  }

  /** The member who has had this role longest, such as the first administrator of an installation. */
  async findUserIdWithRole(organizationId: string, role: Role): Promise<string | undefined> {
    const [oldest] = await this.memberships.find({
      where: { organizationId, role },
      order: { createdAt: 'ASC', userId: 'ASC' },
      take: 1,
    });
    return oldest?.userId;
  }

  /**
   * Makes the user unless one with this id or e-mail exists, gives them this built-in role in the organization in place of
   * any other, and returns their id. All or nothing.
   */
  ensureMember(organizationId: string, user: NewUser, role: Role): Promise<string> {
    return this.users.manager.transaction(async (manager) => {
      const userId = await ensureUser(manager, user);
      await manager.upsert(MembershipEntity, { organizationId, userId, role, permissions: null }, [
        'organizationId',
        'userId',
      ]);
      return userId;
    });
  }
}

async function ensureUser(manager: EntityManager, user: NewUser): Promise<string> {
  const id = user.id ?? newId('usr');
  const email = user.email?.toLowerCase();
  await manager
    .createQueryBuilder()
    .insert()
    .into(UserEntity)
    .values({ id, email: email ?? null, name: user.name ?? null, passwordHash: user.passwordHash ?? null })
    .orIgnore()
    .execute();
  if (email === undefined) return id;
  return (await manager.findOneByOrFail(UserEntity, { email })).id;
}

function toMember(userId: string, row: MemberRow): Member {
  return {
    organizationId: row.organization_id,
    organizationSlug: row.slug,
    organizationStatus: row.organization_status,
    timeZone: row.time_zone,
    userId,
    userStatus: row.user_status,
    permissions: permissionsOfMembership(row.role, row.permissions),
  };
}

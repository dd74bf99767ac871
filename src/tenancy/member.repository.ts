import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { newId } from '../common/ids';
import type { Role } from '../access/permissions';
import { MEMBER_COLUMNS, toMember, type Member, type MemberRow } from './member';
import { MembershipEntity } from './membership.entity';
import { UserEntity } from './user.entity';

export interface NewUser {
  /** Made here when left out. */
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  readonly passwordHash?: string;
}

const FIND_MEMBER = `
  SELECT ${MEMBER_COLUMNS}
    FROM membership m
    JOIN organization o ON o.id = m.organization_id
    JOIN plan p ON p.name = o.plan
    JOIN app_user u ON u.id = m.user_id
   WHERE m.user_id = $2 AND (o.id = $1 OR o.slug = $1)`;

/** Users and what they may do in their organizations. */
@Injectable()
export class MemberRepository {
  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @InjectRepository(MembershipEntity) private readonly memberships: Repository<MembershipEntity>,
  ) {}

  /** A user within the organization given by id or slug; undefined when either is unknown or they do not belong together. */
  async findMember(organization: string, userId: string): Promise<Member | undefined> {
    const [row] = await this.memberships.manager.query<MemberRow[]>(FIND_MEMBER, [organization, userId]);
    return row && toMember(row);
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

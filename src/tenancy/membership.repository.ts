import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { newId } from '../common/ids';
import { outsideTenants } from '../platform/database/tenant-scope';
import { lockOrganization } from './lock-organization';
import { MembershipEntity } from './membership.entity';
import type { AccountStatus } from './organization.entity';
import { UserEntity } from './user.entity';

/** A member as shown to those who manage members. */
export interface MembershipRecord {
  readonly organizationId: string;
  readonly userId: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: string;
  readonly permissions: string[] | null;
  readonly status: AccountStatus;
  readonly limits: MembershipEntity['limits'];
  readonly createdAt: Date;
}

export interface NewMembership {
  readonly organizationId: string;
  readonly email: string;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly role: string;
  readonly permissions: string[] | null;
  readonly limits: MembershipEntity['limits'];
}

interface AddBounds {
  readonly maxUsers: number | undefined;
  readonly linkUsers: boolean;
}

export type AddOutcome = 'added' | 'member already' | 'user exists elsewhere' | 'full';

/** The role, with the permissions of a custom one, and the rest that is settable about a member. */
export type MembershipChange = Partial<Pick<MembershipEntity, 'role' | 'permissions' | 'status' | 'limits'>>;

/** Owners of static keys are made by the configuration and count as nobody's seat. */
const PERSON = `user_id NOT LIKE 'usr\\_static\\_%'`;
const KEEPS_ORGANIZATION = `role IN ('owner', 'admin') AND status = 'active' AND ${PERSON}`;

const SELECT = `
  SELECT m.organization_id AS "organizationId", m.user_id AS "userId", u.email, u.name, m.role, m.permissions,
         m.status, m.limits, m.created_at AS "createdAt"
    FROM membership m JOIN app_user u ON u.id = m.user_id
   WHERE m.organization_id = $1`;

/** Members of an organization, for those who manage them. */
@Injectable()
export class MembershipRepository {
  constructor(
    @InjectRepository(MembershipEntity) private readonly memberships: Repository<MembershipEntity>,
  ) {}

  async find(organizationId: string, userId: string): Promise<MembershipRecord | undefined> {
    const rows = await this.memberships.manager.query<MembershipRecord[]>(`${SELECT} AND m.user_id = $2`, [
      organizationId,
      userId,
    ]);
    return rows[0];
  }

  async findByEmail(organizationId: string, email: string): Promise<MembershipRecord | undefined> {
    const rows = await this.memberships.manager.query<MembershipRecord[]>(
      `${SELECT} AND u.email = lower($2)`,
      [organizationId, email],
    );
    return rows[0];
  }

  /** Newest first, those older than `beforeId`. */
  list(
    organizationId: string,
    page: { beforeId: string | undefined; limit: number },
  ): Promise<MembershipRecord[]> {
    return this.memberships.manager.query<MembershipRecord[]>(
      `${SELECT} AND ($2::text IS NULL OR m.user_id < $2) ORDER BY m.user_id DESC LIMIT $3`,
      [organizationId, page.beforeId ?? null, page.limit],
    );
  }

  /**
   * Makes the membership, and the user unless there is one with this e-mail. A user of another organization is taken in
   * with `linkUsers` only: else the owner of one tenant could make an account, with a password, for a person whom
   * another tenant adds later.
   */
  add(wish: NewMembership, bounds: AddBounds): Promise<AddOutcome> {
    // Memberships of other tenants must be seen here: without them the account of somebody else looks like nobody's.
    return outsideTenants(() =>
      this.memberships.manager.transaction((manager) => addWithin(manager, wish, bounds)),
    );
  }

  /** False, and nothing changed, when nobody would be left who keeps the organization. */
  update(organizationId: string, userId: string, change: MembershipChange): Promise<boolean> {
    return this.unlessLastOwner(organizationId, (manager) =>
      manager.update(MembershipEntity, { organizationId, userId }, change),
    );
  }

  /** False, and nothing changed, when nobody would be left who keeps the organization. */
  remove(organizationId: string, userId: string): Promise<boolean> {
    return this.unlessLastOwner(organizationId, (manager) =>
      manager.delete(MembershipEntity, { organizationId, userId }),
    );
  }

  private async unlessLastOwner(
    organizationId: string,
    work: (manager: EntityManager) => Promise<unknown>,
  ): Promise<boolean> {
    const undo = new Error('the last owner');
    try {
      await this.memberships.manager.transaction(async (manager) => {
        await lockOrganization(manager, organizationId);
        const before = await countOwners(manager, organizationId);
        await work(manager);
        if (before > 0 && (await countOwners(manager, organizationId)) === 0) throw undo;
      });
      return true;
    } catch (error) {
      if (error === undo) return false;
      throw error;
    }
  }
}

async function addWithin(
  manager: EntityManager,
  wish: NewMembership,
  bounds: AddBounds,
): Promise<AddOutcome> {
  const { organizationId, email, name, passwordHash } = wish;
  await lockOrganization(manager, organizationId);
  const known = await manager.findOneBy(UserEntity, { email: email.toLowerCase() });
  const belongsTo = known ? await manager.findBy(MembershipEntity, { userId: known.id }) : [];
  if (belongsTo.some((membership) => membership.organizationId === organizationId)) return 'member already';
  if (belongsTo.length > 0 && !bounds.linkUsers) return 'user exists elsewhere';
  if (bounds.maxUsers !== undefined && (await countPeople(manager, organizationId)) >= bounds.maxUsers)
    return 'full';
  const userId = known?.id ?? newId('usr');
  if (!known)
    await manager.insert(UserEntity, { id: userId, email: email.toLowerCase(), name, passwordHash });
  // Whoever set the password of an account that nobody has taken in must not be able to use it now.
  else if (belongsTo.length === 0) await manager.update(UserEntity, { id: userId }, { name, passwordHash });
  const { role, permissions, limits } = wish;
  await manager.insert(MembershipEntity, { organizationId, userId, role, permissions, limits });
  return 'added';
}

async function countPeople(manager: EntityManager, organizationId: string): Promise<number> {
  return count(manager, organizationId, PERSON);
}

async function countOwners(manager: EntityManager, organizationId: string): Promise<number> {
  return count(manager, organizationId, KEEPS_ORGANIZATION);
}

async function count(manager: EntityManager, organizationId: string, condition: string): Promise<number> {
  const [row] = await manager.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM membership WHERE organization_id = $1 AND ${condition}`,
    [organizationId],
  );
  return row?.count ?? 0;
}

import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { requireAllHeld } from '../../access/missing-permission';
import type { StoredRateLimits } from '../../access/rate-limits';
import { AppError } from '../../common/app-error';
import {
  MembershipRepository,
  type AddOutcome,
  type MembershipRecord,
} from '../../tenancy/membership.repository';
import { notFound } from '../../tenancy/organization-scope';
import { OrganizationRepository } from '../../tenancy/organization.repository';
import { PasswordHasher } from '../../tenancy/password-hasher';
import { RoleService } from '../../tenancy/role.service';
import { TENANCY_ERRORS } from '../../tenancy/tenancy.errors';

/** Who is to become a member. */
export interface MemberWish {
  readonly email: string;
  readonly role: string;
  readonly password: string | undefined;
  readonly name: string | undefined;
  readonly limits: StoredRateLimits;
}

/** Takes people into an organization: within its plan, and with no role above the caller's own rights. */
@Injectable()
export class MemberAdder {
  constructor(
    private readonly organizations: OrganizationRepository,
    private readonly memberships: MembershipRepository,
    private readonly roles: RoleService,
    private readonly passwords: PasswordHasher,
  ) {}

  async add(caller: Caller, organizationId: string, wish: MemberWish): Promise<MembershipRecord> {
    if ((await this.organizations.findById(organizationId)) === null) throw notFound('organization');
    const { role, customPermissions, permissions } = await this.roles.resolve(organizationId, wish.role);
    requireAllHeld(caller.permissions, permissions, 'role');
    const { maxUsers } = await this.organizations.limitsOf(organizationId);
    const passwordHash = wish.password === undefined ? null : await this.passwords.hash(wish.password);
    const outcome = await this.memberships.add(
      {
        organizationId,
        email: wish.email,
        name: wish.name ?? null,
        passwordHash,
        role,
        permissions: customPermissions,
        limits: wish.limits,
      },
      // A password given here must never become that of an account somebody else uses.
      { maxUsers, linkUsers: caller.permissions.has('system:admin') && wish.password === undefined },
    );
    if (outcome !== 'added') throw refusal(outcome, maxUsers);
    const member = await this.memberships.findByEmail(organizationId, wish.email);
    if (member === undefined) throw notFound('member');
    return member;
  }
}

function refusal(outcome: Exclude<AddOutcome, 'added'>, maxUsers: number | undefined): AppError {
  if (outcome === 'full') {
    return new AppError(TENANCY_ERRORS.planLimit, {
      public: `The plan allows ${maxUsers} users.`,
      details: { limit: 'max_users', value: maxUsers },
    });
  }
  return new AppError(TENANCY_ERRORS.exists, {
    public:
      outcome === 'member already'
        ? 'This person is a member already.'
        : 'This e-mail belongs to an account of another organization; a system administrator can add it, without a password.',
    param: 'email',
  });
}

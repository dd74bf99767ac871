import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { Member } from '../../tenancy/member';
import { MemberRepository } from '../../tenancy/member.repository';
import { MembershipRepository } from '../../tenancy/membership.repository';
import { OrganizationRepository } from '../../tenancy/organization.repository';
import { AuthInvalidation } from '../auth-invalidation';
import { SsoConfig } from './sso.config';
import { isInDomains, roleByGroups, type SsoIdentity } from './sso-identity';
import { UserIdentityEntity } from './user-identity.entity';

/** Why somebody the issuer vouches for does not get in. */
export type SsoRefusal = 'domain' | 'organization' | 'unknown_user' | 'no_role' | 'plan_limit' | 'suspended';

export type SsoAdmission =
  | { readonly kind: 'admitted'; readonly member: Member; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly reason: SsoRefusal; readonly organizationId: string | undefined };

/** Finds or makes the member an identity stands for, and gives them the role of their groups. */
@Injectable()
export class SsoAccounts {
  constructor(
    private readonly config: SsoConfig,
    @InjectRepository(UserIdentityEntity) private readonly identities: Repository<UserIdentityEntity>,
    private readonly members: MemberRepository,
    private readonly memberships: MembershipRepository,
    private readonly organizations: OrganizationRepository,
    private readonly invalidation: AuthInvalidation,
  ) {}

  async admit(identity: SsoIdentity): Promise<SsoAdmission> {
    const organization =
      identity.organization === undefined
        ? null
        : await this.organizations.findByIdOrSlug(identity.organization);
    if (organization === null) return refuse('organization', undefined);
    if (!isInDomains(this.config, identity.email)) return refuse('domain', organization.id);
    const userId = await this.findUser(identity);
    const known = userId === undefined ? undefined : await this.members.findMember(organization.id, userId);
    const ensured =
      known === undefined
        ? await this.provision(organization.id, identity)
        : await this.assignRole(known, identity);
    if ('reason' in ensured) return refuse(ensured.reason, organization.id);
    await this.remember(identity, ensured.userId);
    const member = await this.members.findMember(organization.id, ensured.userId);
    if (member?.organizationStatus !== 'active' || member.userStatus !== 'active')
      return refuse('suspended', organization.id);
    return { kind: 'admitted', member, isNew: known === undefined };
  }

  private async findUser({ issuer, subject, email }: SsoIdentity): Promise<string | undefined> {
    const known = await this.identities.findOneBy({ issuer, subject });
    if (known !== null) return known.userId;
    return email === undefined ? undefined : (await this.members.findUserByEmail(email))?.id;
  }

  /** Roles come from the groups, when groups are configured; the last owner of an organization stays owner. */
  private async assignRole(member: Member, identity: SsoIdentity): Promise<Ensured> {
    const { organizationId, userId } = member;
    if (Object.keys(this.config.groupRoles).length === 0) return { userId };
    const role = roleByGroups(this.config, identity.groups) ?? this.config.defaultRole;
    if (role === undefined) return { reason: 'no_role' };
    await this.memberships.update(organizationId, userId, { role, permissions: null });
    await this.invalidation.announce({ userId });
    return { userId };
  }

  private async provision(organizationId: string, { email, name, groups }: SsoIdentity): Promise<Ensured> {
    if (!this.config.provisionUsers || email === undefined) return { reason: 'unknown_user' };
    const role = roleByGroups(this.config, groups) ?? this.config.defaultRole;
    if (role === undefined) return { reason: 'no_role' };
    const { maxUsers } = await this.organizations.limitsOf(organizationId);
    const wish = {
      organizationId,
      email,
      name: name ?? null,
      passwordHash: null,
      role,
      permissions: null,
      limits: {},
    };
    // The issuer has verified the e-mail, so an account with it is this person's.
    const outcome = await this.memberships.add(wish, { maxUsers, linkUsers: true });
    if (outcome === 'full') return { reason: 'plan_limit' };
    const member = await this.memberships.findByEmail(organizationId, email);
    return member === undefined ? { reason: 'unknown_user' } : { userId: member.userId };
  }

  private async remember({ issuer, subject }: SsoIdentity, userId: string): Promise<void> {
    await this.identities
      .createQueryBuilder()
      .insert()
      .values({ issuer, subject, userId })
      .orIgnore()
      .execute();
  }
}

type Ensured = { readonly userId: string } | { readonly reason: SsoRefusal };

function refuse(reason: SsoRefusal, organizationId: string | undefined): SsoAdmission {
  return { kind: 'refused', reason, organizationId };
}

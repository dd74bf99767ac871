import { Injectable } from '@nestjs/common';
import { MemberRepository } from './member.repository';
import type { OrganizationEntity } from './organization.entity';
import { OrganizationRepository } from './organization.repository';
import { PasswordHasher } from './password-hasher';
import { TenancyConfig } from './tenancy.config';

/** Slug of the tenant that exists in every installation. */
const DEFAULT_TENANT = 'default';

/** Makes what every installation needs: the tenant `default`, and the configured first administrator. */
@Injectable()
export class TenancyBootstrap {
  constructor(
    private readonly config: TenancyConfig,
    private readonly organizations: OrganizationRepository,
    private readonly members: MemberRepository,
    private readonly passwords: PasswordHasher,
  ) {}

  /** Runs at every start and changes nothing when all is there; several replicas may run it at once. */
  async ensure(): Promise<OrganizationEntity> {
    const organization = await this.organizations.ensure(DEFAULT_TENANT, 'Default');
    const email = this.config.adminEmail;
    if (email !== undefined && (await this.members.findUserByEmail(email)) === null) {
      await this.createAdministrator(organization.id, email);
    }
    return organization;
  }

  private async createAdministrator(organizationId: string, email: string): Promise<void> {
    const password = this.config.adminPassword;
    const passwordHash = password && (await this.passwords.hash(password.reveal()));
    await this.members.ensureMember(organizationId, { email, name: 'Administrator', passwordHash }, 'admin');
  }
}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MemberRepository } from './member.repository';
import { MembershipEntity } from './membership.entity';
import { OrganizationEntity } from './organization.entity';
import { OrganizationRepository } from './organization.repository';
import { PasswordAccounts } from './password-accounts';
import { PasswordHasher } from './password-hasher';
import { ProjectEntity } from './project.entity';
import { ProjectRepository } from './project.repository';
import { TenancyBootstrap } from './tenancy-bootstrap';
import { UserEntity } from './user.entity';

/** Organizations, projects, users and memberships. */
@Module({
  imports: [TypeOrmModule.forFeature([OrganizationEntity, ProjectEntity, UserEntity, MembershipEntity])],
  providers: [
    OrganizationRepository,
    ProjectRepository,
    MemberRepository,
    PasswordHasher,
    PasswordAccounts,
    TenancyBootstrap,
  ],
  exports: [OrganizationRepository, ProjectRepository, MemberRepository, PasswordAccounts, TenancyBootstrap],
})
export class TenancyModule {}

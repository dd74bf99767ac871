import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module';
import { CustomRoleEntity } from './custom-role.entity';
import { MembershipRepository } from './membership.repository';
import { OrganizationService } from './organization.service';
import { PlanEntity } from './plan.entity';
import { PlanRepository } from './plan.repository';
import { PlanService } from './plan.service';
import { PlansController } from './plans.controller';
import { ProjectService } from './project.service';
import { ProjectsController } from './projects.controller';
import { RoleRepository } from './role.repository';
import { RoleService } from './role.service';
import { RolesController } from './roles.controller';
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

/** Organizations, plans, projects, users, memberships and roles. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      OrganizationEntity,
      PlanEntity,
      ProjectEntity,
      UserEntity,
      MembershipEntity,
      CustomRoleEntity,
    ]),
    AccessModule,
  ],
  controllers: [PlansController, ProjectsController, RolesController],
  providers: [
    OrganizationRepository,
    PlanRepository,
    ProjectRepository,
    MemberRepository,
    MembershipRepository,
    RoleRepository,
    OrganizationService,
    PlanService,
    ProjectService,
    RoleService,
    PasswordHasher,
    PasswordAccounts,
    TenancyBootstrap,
  ],
  exports: [
    OrganizationRepository,
    ProjectRepository,
    MemberRepository,
    MembershipRepository,
    OrganizationService,
    RoleService,
    PasswordHasher,
    PasswordAccounts,
    TenancyBootstrap,
  ],
})
export class TenancyModule {}

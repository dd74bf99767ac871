import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { CustomRoleEntity } from './custom-role.entity';
import { lockOrganization } from './lock-organization';
import { MembershipEntity } from './membership.entity';

/** Custom roles, always within a tenant. */
@Injectable()
export class RoleRepository {
  constructor(@InjectRepository(CustomRoleEntity) private readonly roles: Repository<CustomRoleEntity>) {}

  find(organizationId: string, name: string): Promise<CustomRoleEntity | null> {
    return this.roles.findOneBy({ organizationId, name });
  }

  /** By name, those after `afterName`. */
  list(
    organizationId: string,
    page: { afterName: string | undefined; limit: number },
  ): Promise<CustomRoleEntity[]> {
    return this.roles.find({
      where: { organizationId, ...(page.afterName !== undefined && { name: MoreThan(page.afterName) }) },
      order: { name: 'ASC' },
      take: page.limit,
    });
  }

  async insert(
    role: Pick<CustomRoleEntity, 'organizationId' | 'name' | 'permissions'>,
  ): Promise<CustomRoleEntity> {
    await this.roles.insert(role);
    return this.roles.findOneByOrFail({ organizationId: role.organizationId, name: role.name });
  }

  /** Changes the role and what its members may do, or nothing. */
  setPermissions(organizationId: string, name: string, permissions: string[]): Promise<void> {
    return this.roles.manager.transaction(async (manager) => {
      await lockOrganization(manager, organizationId);
      await manager.update(CustomRoleEntity, { organizationId, name }, { permissions });
      await manager.update(MembershipEntity, { organizationId, role: name }, { permissions });
    });
  }

  /** False when somebody still has the role. */
  remove(organizationId: string, name: string): Promise<boolean> {
    return this.roles.manager.transaction(async (manager) => {
      await lockOrganization(manager, organizationId);
      if (await manager.existsBy(MembershipEntity, { organizationId, role: name })) return false;
      await manager.delete(CustomRoleEntity, { organizationId, name });
      return true;
    });
  }
}

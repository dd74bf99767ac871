import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { lockOrganization } from './lock-organization';
import { ProjectEntity } from './project.entity';

/** Projects, always within a tenant. */
@Injectable()
export class ProjectRepository {
  constructor(@InjectRepository(ProjectEntity) private readonly projects: Repository<ProjectEntity>) {}

  isActiveIn(organizationId: string, projectId: string): Promise<boolean> {
    return this.projects.existsBy({ organizationId, id: projectId, status: 'active' });
  }

  find(organizationId: string, id: string): Promise<ProjectEntity | null> {
    return this.projects.findOneBy({ organizationId, id });
  }

  /** Newest first, those older than `beforeId`. */
  list(
    organizationId: string,
    page: { beforeId: string | undefined; limit: number },
  ): Promise<ProjectEntity[]> {
    return this.projects.find({
      where: { organizationId, ...(page.beforeId !== undefined && { id: LessThan(page.beforeId) }) },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  /** Undefined when the organization has `max` projects already. */
  insertWithin(
    max: number | undefined,
    project: Pick<ProjectEntity, 'id' | 'organizationId' | 'name'>,
  ): Promise<ProjectEntity | undefined> {
    const { organizationId, id } = project;
    return this.projects.manager.transaction(async (manager) => {
      await lockOrganization(manager, organizationId);
      if (max !== undefined && (await manager.countBy(ProjectEntity, { organizationId })) >= max)
        return undefined;
      await manager.insert(ProjectEntity, project);
      return manager.findOneByOrFail(ProjectEntity, { organizationId, id });
    });
  }

  async update(
    organizationId: string,
    id: string,
    change: Partial<Pick<ProjectEntity, 'name' | 'status'>>,
  ): Promise<ProjectEntity> {
    await this.projects.update({ organizationId, id }, change);
    return this.projects.findOneByOrFail({ organizationId, id });
  }

  async remove(organizationId: string, id: string): Promise<void> {
    await this.projects.delete({ organizationId, id });
  }
}

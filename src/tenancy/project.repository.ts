import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { ProjectEntity } from './project.entity';

/** Reads projects, always within a tenant. */
@Injectable()
export class ProjectRepository {
  constructor(@InjectRepository(ProjectEntity) private readonly projects: Repository<ProjectEntity>) {}

  isActiveIn(organizationId: string, projectId: string): Promise<boolean> {
    return this.projects.existsBy({ organizationId, id: projectId, status: 'active' });
  }
}

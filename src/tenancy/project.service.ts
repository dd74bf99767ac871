import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../access/access-changes';
import { changeEvent, type Acting, type ManagementChange } from '../access/acting';
import { AuditLog } from '../access/audit-log';
import type { Caller } from '../access/caller';
import { AppError } from '../common/app-error';
import { newId } from '../common/ids';
import type { JsonObject } from '../common/json';
import { toPage, type Page } from '../common/page';
import { isForeignKeyViolation, isUniqueViolation } from '../platform/database/constraint-violation';
import { isId, notFound, requireOrganizationScope } from './organization-scope';
import { OrganizationRepository } from './organization.repository';
import type { ProjectEntity } from './project.entity';
import { ProjectRepository } from './project.repository';
import { TENANCY_ERRORS } from './tenancy.errors';

export type ProjectChange = Partial<Pick<ProjectEntity, 'name' | 'status'>>;

/** Projects of an organization. */
@Injectable()
export class ProjectService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly organizations: OrganizationRepository,
    private readonly changes: AccessChanges,
    private readonly audit: AuditLog,
  ) {}

  async create(acting: Acting, organizationId: string, name: string): Promise<ProjectEntity> {
    requireOrganizationScope(acting.caller, organizationId);
    if ((await this.organizations.findById(organizationId)) === null) throw notFound('organization');
    const { maxProjects } = await this.organizations.limitsOf(organizationId);
    const project = await this.unlessNameIsTaken(() =>
      this.projects.insertWithin(maxProjects, { id: newId('prj'), organizationId, name }),
    );
    if (project === undefined) {
      throw new AppError(TENANCY_ERRORS.planLimit, {
        public: `The plan allows ${maxProjects} projects.`,
        details: { limit: 'max_projects', value: maxProjects },
      });
    }
    await this.record(acting, project, { action: 'project.create', after: auditedState(project) });
    return project;
  }

  async list(
    caller: Caller,
    organizationId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<ProjectEntity>> {
    requireOrganizationScope(caller, organizationId);
    const rows = await this.projects.list(organizationId, { beforeId: query.cursor, limit: query.limit + 1 });
    return toPage(rows, query.limit, ({ id }) => id);
  }

  async get(caller: Caller, organizationId: string, id: string): Promise<ProjectEntity> {
    requireOrganizationScope(caller, organizationId);
    const project = isId(id) ? await this.projects.find(organizationId, id) : null;
    if (project === null) throw notFound('project');
    return project;
  }

  /** Suspending a project refuses the keys bound to it, on all replicas within a second. */
  async update(
    acting: Acting,
    organizationId: string,
    id: string,
    change: ProjectChange,
  ): Promise<ProjectEntity> {
    const before = await this.get(acting.caller, organizationId, id);
    const { name, status } = change;
    const after = await this.unlessNameIsTaken(() =>
      this.projects.update(organizationId, id, {
        name: name ?? before.name,
        status: status ?? before.status,
      }),
    );
    await this.changes.announce({ projectId: id });
    await this.record(acting, after, {
      action: 'project.update',
      before: auditedState(before),
      after: auditedState(after),
    });
    return after;
  }

  async remove(acting: Acting, organizationId: string, id: string): Promise<void> {
    const project = await this.get(acting.caller, organizationId, id);
    try {
      await this.projects.remove(organizationId, id);
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new AppError(TENANCY_ERRORS.inUse, {
        public: 'API keys or settings refer to this project. Suspend it instead.',
      });
    }
    await this.changes.announce({ projectId: id });
    await this.record(acting, project, { action: 'project.delete', before: auditedState(project) });
  }

  private async unlessNameIsTaken<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error, 'project_name_unique')) throw error;
      throw new AppError(TENANCY_ERRORS.exists, {
        public: 'Another project of this organization has this name.',
        param: 'name',
      });
    }
  }

  private record(
    acting: Acting,
    { organizationId, id }: ProjectEntity,
    change: Pick<ManagementChange, 'action' | 'before' | 'after'>,
  ): Promise<void> {
    return this.audit.record(
      changeEvent(acting, { ...change, organizationId, target: { kind: 'project', id } }),
    );
  }
}

function auditedState({ name, status }: ProjectEntity): JsonObject {
  return { name, status };
}

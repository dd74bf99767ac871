import { Check, Column, CreateDateColumn, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrganizationEntity, type AccountStatus } from './organization.entity';

/** A part of an organization with budgets of its own. */
@Entity('project')
@Unique('project_name_unique', ['organizationId', 'name'])
@Unique('project_tenant_unique', ['organizationId', 'id'])
@Check('project_status_known', `status IN ('active', 'suspended')`)
export class ProjectEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'project_pk' })
  id: string;

  @ForeignKey(() => OrganizationEntity, { name: 'project_organization_fk', onDelete: 'RESTRICT' })
  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text', default: 'active' })
  status: AccountStatus;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

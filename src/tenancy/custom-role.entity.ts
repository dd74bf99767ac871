import { Check, Column, CreateDateColumn, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { OrganizationEntity } from './organization.entity';

/** A set of permissions an organization has given a name. Memberships carry a copy, so that a look-up needs no further table. */
@Entity('custom_role')
@Check('custom_role_name_form', `name ~ '^[a-z][a-z0-9_-]{0,62}$'`)
export class CustomRoleEntity {
  @ForeignKey(() => OrganizationEntity, { name: 'custom_role_organization_fk', onDelete: 'RESTRICT' })
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'custom_role_pk' })
  organizationId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'custom_role_pk' })
  name: string;

  @Column({ type: 'text', array: true })
  permissions: string[];

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

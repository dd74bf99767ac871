import { Check, Column, CreateDateColumn, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { StoredOrganizationLimits } from './organization-limits';

/** `suspended` keeps the data and refuses every request. */
export type AccountStatus = 'active' | 'suspended';

/** A tenant. The slug is what people and policy settings write; the id is what other tables refer to. */
@Entity('organization')
@Unique('organization_slug_unique', ['slug'])
@Check('organization_slug_form', `slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$' AND slug !~ '^org_'`)
@Check('organization_status_known', `status IN ('active', 'suspended')`)
export class OrganizationEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'organization_pk' })
  id: string;

  @Column({ type: 'text' })
  slug: string;

  @Column({ type: 'text' })
  name: string;

  /** IANA zone that calendar budgets follow. */
  @Column({ type: 'text', name: 'time_zone', default: 'UTC' })
  timeZone: string;

  @ForeignKey('PlanEntity', { name: 'organization_plan_fk', onDelete: 'RESTRICT' })
  @Column({ type: 'text', default: 'standard' })
  plan: string;

  /** Limits of this organization in place of those of its plan, field by field. */
  @Column({ type: 'jsonb', default: {} })
  limits: StoredOrganizationLimits;

  @Column({ type: 'text', default: 'active' })
  status: AccountStatus;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

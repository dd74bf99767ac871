import { Check, Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { StoredOrganizationLimits } from './organization-limits';

/** What an organization may use by contract. */
@Entity('plan')
@Check('plan_name_form', `name ~ '^[a-z][a-z0-9_-]{0,62}$'`)
export class PlanEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'plan_pk' })
  name: string;

  @Column({ type: 'jsonb', default: {} })
  limits: StoredOrganizationLimits;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  PrimaryColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import type { BudgetLevel, BudgetMode } from './budget';
import type { BudgetWindow } from './calendar-window';

/** A budget somebody has set. The empty text stands for "any" in provider and model, so that the key below holds. */
@Entity('budget')
@Unique('budget_scope_unique', ['organizationId', 'level', 'scopeId', 'window', 'provider', 'model', 'setBy'])
@Check('budget_level_known', `level IN ('organization', 'project', 'user', 'api_key')`)
@Check('budget_window_known', `budget_window IN ('daily', 'weekly', 'monthly', 'yearly')`)
@Check('budget_mode_known', `mode IN ('enforce', 'warn')`)
@Check('budget_set_by_known', `set_by IN ('administrator', 'self')`)
@Check('budget_limit_range', `limit_nano_usd BETWEEN 0 AND 9000000000000000`)
export class BudgetEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'budget_pk' })
  id: string;

  @ForeignKey('OrganizationEntity', { name: 'budget_organization_fk', onDelete: 'RESTRICT' })
  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  @Column({ type: 'text' })
  level: BudgetLevel;

  /** Organization, project, user or API key, as the level says. */
  @Column({ type: 'text', name: 'scope_id' })
  scopeId: string;

  @Column({ type: 'text', name: 'budget_window' })
  window: BudgetWindow;

  @Column({ type: 'text', default: '' })
  provider: string;

  @Column({ type: 'text', default: '' })
  model: string;

  @Column({ type: 'bigint', name: 'limit_nano_usd' })
  limitNanoUsd: string;

  @Column({ type: 'text', default: 'enforce' })
  mode: BudgetMode;

  @Column({ type: 'double precision', name: 'alert_thresholds', array: true })
  alertThresholds: number[];

  @Column({ type: 'text', name: 'set_by' })
  setBy: 'administrator' | 'self';

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}

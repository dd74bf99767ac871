import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { StoredRateLimits } from '../access/rate-limits';
import { OrganizationEntity, type AccountStatus } from './organization.entity';
import { UserEntity } from './user.entity';

/** What a user may do in one organization. */
@Entity('membership')
@Index('membership_user_index', ['userId'])
@Check('membership_status_known', `status IN ('active', 'suspended')`)
export class MembershipEntity {
  @ForeignKey(() => OrganizationEntity, { name: 'membership_organization_fk', onDelete: 'RESTRICT' })
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'membership_pk' })
  organizationId: string;

  @ForeignKey(() => UserEntity, { name: 'membership_user_fk', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'text', name: 'user_id', primaryKeyConstraintName: 'membership_pk' })
  userId: string;

  /** A built-in role, or the name of a custom one whose permissions stand beside it. */
  @Column({ type: 'text' })
  role: string;

  /** Permissions of a custom role; null for a built-in one. */
  @Column({ type: 'text', array: true, nullable: true })
  permissions: string[] | null;

  @Column({ type: 'text', default: 'active' })
  status: AccountStatus;

  /** Rate limits of this user in this organization; they tighten those of the plan. */
  @Column({ type: 'jsonb', default: {} })
  limits: StoredRateLimits;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

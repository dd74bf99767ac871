import { Check, Column, CreateDateColumn, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { AccountStatus } from './organization.entity';

/** A person, or the owner of a static key. Belongs to organizations through memberships. */
@Entity('app_user')
@Unique('app_user_email_unique', ['email'])
@Check('app_user_email_lower', 'email = lower(email)')
@Check('app_user_status_known', `status IN ('active', 'suspended')`)
export class UserEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'app_user_pk' })
  id: string;

  /** Lower case; null for users that cannot log in. */
  @Column({ type: 'text', nullable: true })
  email: string | null;

  @Column({ type: 'text', nullable: true })
  name: string | null;

  /** Encoded argon2id hash; never leaves the tenancy module. */
  @Column({ type: 'text', name: 'password_hash', nullable: true, select: false })
  passwordHash: string | null;

  @Column({ type: 'text', default: 'active' })
  status: AccountStatus;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

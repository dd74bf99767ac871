import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export type SessionMethod = 'password' | 'sso';

/** One log-in of a user into one organization, from its first token to its end. No token is stored. */
@Entity('auth_session')
@Index('auth_session_user_index', ['userId'])
@Index('auth_session_end_index', ['endsAt'])
@Check('auth_session_method_known', `method IN ('password', 'sso')`)
@ForeignKey('MembershipEntity', ['organizationId', 'userId'], ['organizationId', 'userId'], {
  name: 'auth_session_membership_fk',
  onDelete: 'CASCADE',
})
export class SessionEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'auth_session_pk' })
  id: string;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  @Column({ type: 'text', name: 'user_id' })
  userId: string;

  @Column({ type: 'text' })
  method: SessionMethod;

  /** Which refresh token is the current one; each refresh moves it by one. */
  @Column({ type: 'integer', default: 0 })
  generation: number;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'refreshed_at' })
  refreshedAt: Date;

  /** Ends here unless it is refreshed before. */
  @Column({ type: 'timestamptz', name: 'idle_ends_at' })
  idleEndsAt: Date;

  /** Ends here in any case. */
  @Column({ type: 'timestamptz', name: 'ends_at' })
  endsAt: Date;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;
}

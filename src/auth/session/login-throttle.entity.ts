import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Failed log-ins of one account or address, counted in one row. */
@Entity('login_throttle')
@Index('login_throttle_last_index', ['lastAt'])
export class LoginThrottleEntity {
  /** Keyed hash of the e-mail or address: the table tells nobody who has an account. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'login_throttle_pk' })
  subject: string;

  @Column({ type: 'integer' })
  failures: number;

  @Column({ type: 'timestamptz', name: 'last_at' })
  lastAt: Date;

  @Column({ type: 'timestamptz', name: 'locked_until', nullable: true })
  lockedUntil: Date | null;
}

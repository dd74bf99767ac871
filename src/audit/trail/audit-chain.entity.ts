import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where the chain of an organization begins and ends. Its row is the lock that writers take turns with. */
@Entity('audit_chain')
export class AuditChainEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'audit_chain_pk' })
  organizationId: string;

  /** Greater than 1 once retention has removed the oldest events. */
  @Column({ type: 'bigint', name: 'first_sequence', default: 1 })
  firstSequence: string;

  /** Hash of the event before the first one that is left. */
  @Column({ type: 'text', name: 'first_previous_hash' })
  firstPreviousHash: string;

  @Column({ type: 'bigint', name: 'last_sequence', default: 0 })
  lastSequence: string;

  @Column({ type: 'text', name: 'last_hash' })
  lastHash: string;

  /** Up to where a checkpoint covers it. */
  @Column({ type: 'bigint', name: 'checkpoint_sequence', default: 0 })
  checkpointSequence: string;

  @Column({ type: 'timestamptz', name: 'checkpointed_at', nullable: true })
  checkpointedAt: Date | null;
}

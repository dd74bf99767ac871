import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Signed statements about how far a trail had got; see `Checkpoint`. */
@Entity('audit_checkpoint')
@Index('audit_checkpoint_time_index', ['createdAt'])
export class AuditCheckpointEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'audit_checkpoint_pk' })
  organizationId: string;

  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'audit_checkpoint_pk' })
  sequence: string;

  @PrimaryColumn({ type: 'bigint', name: 'first_sequence', primaryKeyConstraintName: 'audit_checkpoint_pk' })
  firstSequence: string;

  @PrimaryColumn({ type: 'text', name: 'key_id', primaryKeyConstraintName: 'audit_checkpoint_pk' })
  keyId: string;

  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'text', name: 'first_previous_hash' })
  firstPreviousHash: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'text', name: 'public_key' })
  publicKey: string;

  @Column({ type: 'text' })
  signature: string;

  /** Names of the anchors that have it. */
  @Column({ type: 'text', array: true, default: [] })
  anchored: string[];
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row that the ledger refused for good. Written by {@link DeadLetterRepository}; the entity exists so that schema drift is noticed. */
@Entity('ledger_dead_letter')
export class DeadLetterEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'ledger_dead_letter_pk' })
  topic: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'ledger_dead_letter_pk' })
  id: string;

  @Column({ name: 'organization_id', type: 'text', nullable: true })
  organizationId: string | null;

  /** Taken out of the payload, so that it can be erased. */
  @Column({ name: 'user_id', type: 'text', nullable: true })
  userId: string | null;

  /** JSON as text: `jsonb` refuses some of what may be in it. */
  @Column({ type: 'text' })
  payload: string;

  @Column({ type: 'text' })
  reason: string;

  @Column({ type: 'integer', default: 1 })
  attempts: number;

  @Column({ name: 'refused_at', type: 'timestamptz', default: () => 'now()' })
  refusedAt: Date;
}

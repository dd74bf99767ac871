import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { LiveHold } from '../../quota/quota-store';

/** A lease some replica may be spending from, so that a rebuild counts it even when that replica cannot be asked. */
@Entity('budget_lease')
@Index('budget_lease_organization_idx', ['organizationId'])
export class LeaseEntity {
  /** Id of the hold in the quota store; rows of the ledger name it. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'budget_lease_pk' })
  id: string;

  @ForeignKey('OrganizationEntity', { name: 'budget_lease_organization_fk', onDelete: 'CASCADE' })
  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  /** Outbox folder of the process that has it; null once that process is dead and all its calls are in the ledger. */
  @Column({ type: 'text', nullable: true })
  owner: string | null;

  @Column({ type: 'bigint', name: 'amount_nano_usd' })
  amountNanoUsd: string;

  @Column({ type: 'jsonb' })
  counters: LiveHold['counters'];

  @Column({ type: 'timestamptz', name: 'taken_at', default: () => 'now()' })
  takenAt: Date;

  /** When the owner last said that it lives. */
  @Column({ type: 'timestamptz', name: 'seen_at', default: () => 'now()' })
  seenAt: Date;
}

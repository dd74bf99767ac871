import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { PriceUpdateStatus } from './price-update-status';

/** Prices as JSON can hold them. */
export interface StoredSchedule {
  readonly perMillion: Record<string, string>;
  readonly tier: { readonly inputTokensAbove: number; readonly perMillion: Record<string, string> } | null;
}

/** A price laid over the list, for everybody or for one organization. Prices are decimal nano-USD per million tokens, as text. */
@Entity('price_update')
@Index('price_update_model_index', ['provider', 'model'])
@Check('price_update_status_known', `status IN ('active', 'quarantined', 'rejected', 'withdrawn')`)
@Check('price_update_order', 'valid_to IS NULL OR valid_to > valid_from')
export class PriceUpdateEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'price_update_pk' })
  id: string;

  /** Null: counts for every organization. */
  @ForeignKey('OrganizationEntity', { name: 'price_update_organization_fk', onDelete: 'CASCADE' })
  @Column({ type: 'text', name: 'organization_id', nullable: true })
  organizationId: string | null;

  @Column({ type: 'text' })
  provider: string;

  @Column({ type: 'text' })
  model: string;

  @Column({ type: 'date', name: 'valid_from' })
  validFrom: string;

  @Column({ type: 'date', name: 'valid_to', nullable: true })
  validTo: string | null;

  @Column({ type: 'jsonb', name: 'per_million' })
  perMillion: StoredSchedule['perMillion'];

  @Column({ type: 'jsonb', nullable: true })
  tier: StoredSchedule['tier'];

  /** By name of the service tier; null: not known. */
  @Column({ type: 'jsonb', name: 'service_tiers', nullable: true })
  serviceTiers: Record<string, StoredSchedule> | null;

  /** Where the figures come from, in the words of who entered them. */
  @Column({ type: 'text' })
  source: string;

  @Column({ type: 'text' })
  status: PriceUpdateStatus;

  /** What the comparison had to say. */
  @Column({ type: 'text', array: true })
  findings: string[];

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../common/json';

/** What can look suspicious. */
export const SECURITY_EVENT_KINDS = [
  'failed_logins',
  'new_network',
  'new_country',
  'unusual_rate',
  'unusual_spend',
] as const;

export type SecurityEventKind = (typeof SECURITY_EVENT_KINDS)[number];

/** Something unusual that somebody should look at; noted once, however many processes notice it. */
@Entity('security_event')
@Index('security_event_pending_index', ['createdAt'], { where: 'recorded_at IS NULL' })
@Index('security_event_organization_index', ['organizationId'])
@Check(
  'security_event_kind_known',
  `kind IN ('failed_logins', 'new_network', 'new_country', 'unusual_rate', 'unusual_spend')`,
)
export class SecurityEventEntity {
  /** What makes it the same event: kind, subject, and the time within which it is not told twice. */
  @PrimaryColumn({ type: 'text', name: 'dedupe_key', primaryKeyConstraintName: 'security_event_pk' })
  dedupeKey: string;

  @ForeignKey('OrganizationEntity', { name: 'security_event_organization_fk', onDelete: 'CASCADE' })
  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  @Column({ type: 'text' })
  kind: SecurityEventKind;

  @Column({ type: 'text', name: 'subject_kind' })
  subjectKind: string;

  @Column({ type: 'text', name: 'subject_id' })
  subjectId: string;

  @Column({ type: 'text', nullable: true })
  address: string | null;

  @Column({ type: 'jsonb' })
  facts: JsonObject;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  /** When it went to the audit trail; null until then. */
  @Column({ type: 'timestamptz', name: 'recorded_at', nullable: true })
  recordedAt: Date | null;
}

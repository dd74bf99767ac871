import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An event that a destination refused for good; the export went on without it. */
@Entity('audit_export_dead_letter')
export class AuditExportDeadLetterEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'audit_export_dead_letter_pk' })
  destination: string;

  @PrimaryColumn({
    type: 'text',
    name: 'organization_id',
    primaryKeyConstraintName: 'audit_export_dead_letter_pk',
  })
  organizationId: string;

  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'audit_export_dead_letter_pk' })
  sequence: string;

  @Column({ type: 'text' })
  reason: string;

  @Column({ type: 'timestamptz', name: 'refused_at' })
  refusedAt: Date;

  /** Somebody asked for another try. */
  @Column({ type: 'boolean', default: false })
  retry: boolean;
}

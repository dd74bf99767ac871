import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The last event of an organization that a destination has. */
@Entity('audit_export')
export class AuditExportEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'audit_export_pk' })
  destination: string;

  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'audit_export_pk' })
  organizationId: string;

  @Column({ type: 'bigint' })
  position: string;
}

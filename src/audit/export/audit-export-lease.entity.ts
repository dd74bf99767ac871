import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which process exports to a destination; it renews its lease while it does. */
@Entity('audit_export_lease')
export class AuditExportLeaseEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'audit_export_lease_pk' })
  destination: string;

  @Column({ type: 'text' })
  holder: string;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;
}

import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Who a pseudonym of the trail is. Erasing a person deletes the row; the trail keeps the pseudonym. */
@Entity('audit_subject')
@Unique('audit_subject_user_unique', ['organizationId', 'userId'])
export class AuditSubjectEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'audit_subject_pk' })
  organizationId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'audit_subject_pk' })
  subject: string;

  @Column({ type: 'text', name: 'user_id' })
  userId: string;

  @Column({ type: 'text' })
  secret: string;
}

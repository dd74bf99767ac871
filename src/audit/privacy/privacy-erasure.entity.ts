import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person who was erased. The id stays for a day only, to erase what was still on its way into the database. */
@Entity('privacy_erasure')
export class PrivacyErasureEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'privacy_erasure_pk' })
  organizationId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'privacy_erasure_pk' })
  pseudonym: string;

  @Column({ type: 'text', name: 'user_id', nullable: true })
  userId: string | null;

  @Column({ type: 'timestamptz', name: 'requested_at' })
  requestedAt: Date;
}

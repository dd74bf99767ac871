import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Who a user is at an identity service; the subject is the only name that an issuer never gives to anybody else. */
@Entity('user_identity')
@Index('user_identity_user_index', ['userId'])
export class UserIdentityEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'user_identity_pk' })
  issuer: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'user_identity_pk' })
  subject: string;

  @ForeignKey('UserEntity', { name: 'user_identity_user_fk', onDelete: 'CASCADE' })
  @Column({ type: 'text', name: 'user_id' })
  userId: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

import {
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  PrimaryColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';

/** The key an organization brought along for one provider. Its calls to that provider go out with it. */
@Entity('provider_credential')
@Unique('provider_credential_provider_unique', ['organizationId', 'provider'])
export class ProviderCredentialEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'provider_credential_pk' })
  id: string;

  @ForeignKey('OrganizationEntity', { name: 'provider_credential_organization_fk', onDelete: 'CASCADE' })
  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ type: 'text' })
  name: string;

  /** Name of the encryption key. */
  @Column({ type: 'text', name: 'key_id' })
  keyId: string;

  /** The key of the provider, encrypted; bound to id, organization and provider. */
  @Column({ type: 'text' })
  sealed: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}

import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** `issued` through the API; `static` stands for a key of ALLOWED_API_KEYS, so that its spending has an owner. */
export type ApiKeyKind = 'issued' | 'static';

/** Limits bound to a key, as stored: counts as numbers, money as nano-USD text. */
export interface StoredLimits {
  readonly requests_per_minute?: number;
  readonly tokens_per_minute?: number;
  readonly daily_budget_nano_usd?: string;
  readonly monthly_budget_nano_usd?: string;
}

/** A key a caller authenticates with; the key itself is not stored, only its keyed hash. */
@Entity('api_key')
@Unique('api_key_hash_unique', ['hash'])
@Index('api_key_owner_index', ['organizationId', 'userId', 'id'])
@Index('api_key_listing_index', ['organizationId', 'id'])
@Index('api_key_user_index', ['userId'])
@Check('api_key_kind_known', `kind IN ('issued', 'static')`)
@ForeignKey('ProjectEntity', ['organizationId', 'projectId'], ['organizationId', 'id'], {
  name: 'api_key_project_fk',
  onDelete: 'RESTRICT',
})
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'api_key_pk' })
  id: string;

  @ForeignKey('OrganizationEntity', { name: 'api_key_organization_fk', onDelete: 'RESTRICT' })
  @Column({ type: 'text', name: 'organization_id' })
  organizationId: string;

  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId: string | null;

  /** The owner; a key never may more than its owner may at that moment. */
  @ForeignKey('UserEntity', { name: 'api_key_user_fk', onDelete: 'CASCADE' })
  @Column({ type: 'text', name: 'user_id' })
  userId: string;

  @Column({ type: 'text', default: 'issued' })
  kind: ApiKeyKind;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  prefix: string;

  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'text', array: true })
  permissions: string[];

  /** Null means any model the organization may use. */
  @Column({ type: 'text', name: 'allowed_models', array: true, nullable: true })
  allowedModels: string[] | null;

  /** Addresses and CIDR ranges; null means from anywhere. */
  @Column({ type: 'text', name: 'allowed_ips', array: true, nullable: true })
  allowedIps: string[] | null;

  @Column({ type: 'jsonb', default: {} })
  limits: StoredLimits;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  /** When it stops or stopped working; in the future while a rotation overlaps. */
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** Accurate to about a minute. */
  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}

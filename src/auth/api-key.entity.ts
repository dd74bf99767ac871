import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { StoredRateLimits } from '../access/rate-limits';

/** `issued` through the API; `static` stands for a key of ALLOWED_API_KEYS, so that its spending has an owner. */
export type ApiKeyKind = 'issued' | 'static';

/** Limits bound to a key, as stored: counts as numbers, money as nano-USD text. */
export interface StoredLimits extends StoredRateLimits {
  readonly daily_budget_nano_usd?: string;
  readonly weekly_budget_nano_usd?: string;
  readonly monthly_budget_nano_usd?: string;
  readonly yearly_budget_nano_usd?: string;
}

/** A key a caller authenticates with; the key itself is not stored, only its keyed hash. */
@Entity('api_key')
@Unique('api_key_hash_unique', ['hash'])
@Index('api_key_owner_index', ['organizationId', 'userId', 'id'])
@Index('api_key_listing_index', ['organizationId', 'id'])
@Index('api_key_user_index', ['userId'])
@Index('api_key_previous_hash_unique', ['previousHash'], {
  unique: true,
  where: 'previous_hash IS NOT NULL',
})
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

  /** When it stopped working for good. */
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'rotated_at', nullable: true })
  rotatedAt: Date | null;

  /** Hash of the key before the last rotation, which works until `previousEndsAt`. */
  @Column({ type: 'text', name: 'previous_hash', nullable: true })
  previousHash: string | null;

  @Column({ type: 'timestamptz', name: 'previous_ends_at', nullable: true })
  previousEndsAt: Date | null;

  /** Accurate to about a minute. */
  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}

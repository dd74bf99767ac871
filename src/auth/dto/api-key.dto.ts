import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { toUsdNumber } from '../../common/money';
import { RateLimitsDto } from '../../access/rate-limits.dto';
import type { ApiKeyEntity, StoredLimits } from '../api-key.entity';
import { BUDGET_TYPES } from '../key-limits';

const KEY_STATUSES = ['active', 'expired', 'revoked'] as const;

/** Limits as shown; money in USD with the exact nano-USD text beside it. */
export class ShownLimitsDto extends RateLimitsDto {
  @ApiPropertyOptional({ type: Number, example: 5 })
  daily_budget?: number;

  @ApiPropertyOptional({ type: String, example: '5000000000' })
  daily_budget_nano_usd?: string;

  @ApiPropertyOptional({ type: Number })
  weekly_budget?: number;

  @ApiPropertyOptional({ type: String })
  weekly_budget_nano_usd?: string;

  @ApiPropertyOptional({ type: Number })
  monthly_budget?: number;

  @ApiPropertyOptional({ type: String })
  monthly_budget_nano_usd?: string;

  @ApiPropertyOptional({ type: Number })
  yearly_budget?: number;

  @ApiPropertyOptional({ type: String })
  yearly_budget_nano_usd?: string;
}

/** A key as shown in lists: everything but the key. */
export class ApiKeyDto {
  @ApiProperty({ example: 'key_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  id: string;

  @ApiProperty({ example: 'mm_x7Fq2LbA', description: 'First characters, to recognise it by.' })
  prefix: string;

  @ApiProperty({ example: 'billing service' })
  name: string;

  @ApiProperty({ enum: ['issued', 'static'], description: 'static: given by ALLOWED_API_KEYS.' })
  kind: string;

  @ApiProperty({ enum: KEY_STATUSES })
  status: (typeof KEY_STATUSES)[number];

  @ApiProperty({ type: String })
  organization_id: string;

  @ApiProperty({ type: String, nullable: true })
  project_id: string | null;

  @ApiProperty({ type: String })
  user_id: string;

  @ApiProperty({ type: [String], example: ['chat:invoke', 'models:read'] })
  permissions: readonly string[];

  @ApiProperty({ type: [String], nullable: true, description: 'null: any model.' })
  allowed_models: readonly string[] | null;

  @ApiProperty({ type: [String], nullable: true, description: 'null: any address.' })
  allowed_ips: readonly string[] | null;

  @ApiProperty({ type: ShownLimitsDto })
  limits: ShownLimitsDto;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  expires_at: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  revoked_at: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  rotated_at: string | null;

  @ApiProperty({
    format: 'date-time',
    type: String,
    nullable: true,
    description: 'How long the key before the last rotation works.',
  })
  previous_key_ends_at: string | null;

  @ApiProperty({
    format: 'date-time',
    type: String,
    nullable: true,
    description: 'Accurate to about a minute.',
  })
  last_used_at: string | null;
}

/** Answer to the creation or rotation of a key. */
export class CreatedApiKeyDto extends ApiKeyDto {
  @ApiProperty({ description: 'The key itself. Shown in this answer only; it cannot be read again.' })
  key: string;
}

/** A page of keys. */
export class ApiKeyListDto {
  @ApiProperty({ type: [ApiKeyDto] })
  data: ApiKeyDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** The form in which a key leaves the service. */
export function toApiKeyDto(key: ApiKeyEntity, nowMs: number): ApiKeyDto {
  return {
    id: key.id,
    prefix: key.prefix,
    name: key.name,
    kind: key.kind,
    status: statusOf(key, nowMs),
    organization_id: key.organizationId,
    project_id: key.projectId,
    user_id: key.userId,
    permissions: key.permissions,
    allowed_models: key.allowedModels,
    allowed_ips: key.allowedIps,
    limits: shownLimits(key.limits),
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    rotated_at: key.rotatedAt?.toISOString() ?? null,
    previous_key_ends_at: key.previousEndsAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}

function statusOf(key: ApiKeyEntity, nowMs: number): ApiKeyDto['status'] {
  if (key.revokedAt !== null && key.revokedAt.getTime() <= nowMs) return 'revoked';
  return key.expiresAt !== null && key.expiresAt.getTime() <= nowMs ? 'expired' : 'active';
}

function shownLimits(limits: StoredLimits): ShownLimitsDto {
  const shown: ShownLimitsDto = { ...limits };
  for (const type of BUDGET_TYPES) {
    const amount = limits[`${type}_budget_nano_usd`];
    if (amount !== undefined) shown[`${type}_budget`] = toUsdNumber(BigInt(amount));
  }
  return shown;
}

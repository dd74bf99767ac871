import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { PERMISSIONS, ROLES, type Permission } from '../../access/permissions';
import { IsPrintable } from '../../access/is-printable';
import { RateLimitsDto } from '../../access/rate-limits.dto';
import { BUDGET_TYPES, type BudgetType } from '../key-limits';
import { IsIpRange } from './is-ip-range';
import { IsUsdAmount } from '../../platform/http/is-usd-amount';

export const MAX_LIST = 200;
export const ROLE_NAMES = [...ROLES, 'org_admin'] as const;
export const ID = /^[\w-]{1,100}$/;
/** Control characters would break log lines and terminals. */
export const PRINTABLE = /^[^\p{Cc}]*$/u;

/** What may be spent with a key in one calendar window. */
export class KeyBudgetDto {
  @ApiProperty({ enum: BUDGET_TYPES, example: 'daily' })
  @IsIn(BUDGET_TYPES)
  budget_type: BudgetType;

  @ApiProperty({
    oneOf: [{ type: 'number' }, { type: 'string' }],
    example: 5.0,
    description: 'USD, as a number or a decimal string.',
  })
  @IsUsdAmount()
  budget_limit: number | string;
}

/** Body of `POST /v1/api-keys`. Without `role` and `permissions` the key may do what both its maker and its owner may, except system administration. */
export class CreateApiKeyDto {
  @ApiProperty({ example: 'billing service', maxLength: 100 })
  @IsPrintable(100)
  name: string;

  @ApiPropertyOptional({ description: 'Another organization: for system administrators only.' })
  @IsOptional()
  @IsString()
  @Matches(ID, { message: 'organization_id is not the form of an id' })
  organization_id?: string;

  @ApiPropertyOptional({ description: 'Project its use is booked on.' })
  @IsOptional()
  @IsString()
  @Matches(ID, { message: 'project_id is not the form of an id' })
  project_id?: string;

  @ApiPropertyOptional({ description: 'Owner, when it is somebody else; needs members:manage.' })
  @IsOptional()
  @IsString()
  @Matches(ID, { message: 'user_id is not the form of an id' })
  user_id?: string;

  @ApiPropertyOptional({ enum: ROLE_NAMES, example: 'developer' })
  @IsOptional()
  @IsIn(ROLE_NAMES)
  role?: string;

  @ApiPropertyOptional({ enum: PERMISSIONS, isArray: true, example: ['chat:invoke', 'models:read'] })
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(PERMISSIONS, { each: true })
  permissions?: Permission[];

  @ApiPropertyOptional({ type: [String], example: ['openai/gpt-4o-mini'], description: 'Absent: any model.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LIST)
  @IsString({ each: true })
  @Length(1, 200, { each: true })
  @Matches(PRINTABLE, { each: true, message: 'allowed_models must not contain control characters' })
  allowed_models?: string[];

  @ApiPropertyOptional({ type: [String], example: ['10.0.0.0/8'], description: 'Absent: any address.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LIST)
  @IsIpRange({ each: true })
  allowed_ips?: string[];

  @ApiPropertyOptional({ format: 'date-time', example: '2030-01-01T00:00:00Z' })
  @IsOptional()
  @IsISO8601({ strict: true })
  expires_at?: string;

  @ApiPropertyOptional({ type: RateLimitsDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitsDto)
  limits?: RateLimitsDto;

  @ApiPropertyOptional({ type: KeyBudgetDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => KeyBudgetDto)
  budget?: KeyBudgetDto;
}

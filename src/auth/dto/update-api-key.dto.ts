import { ApiPropertyOptional } from '@nestjs/swagger';
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
import { IsPrintable } from '../../access/is-printable';
import { PERMISSIONS, type Permission } from '../../access/permissions';
import { RateLimitsDto } from '../../access/rate-limits.dto';
import { ID, KeyBudgetDto, MAX_LIST, PRINTABLE, ROLE_NAMES } from './create-api-key.dto';
import { IsIpRange } from './is-ip-range';

/** Body of `PATCH /v1/api-keys/{id}`: an absent field stays as it is, null lifts the restriction. */
export class UpdateApiKeyDto {
  @ApiPropertyOptional({ example: 'billing service', maxLength: 100 })
  @IsOptional()
  @IsPrintable(100)
  name?: string | null;

  @ApiPropertyOptional({ enum: ROLE_NAMES, example: 'developer' })
  @IsOptional()
  @IsIn(ROLE_NAMES)
  role?: string | null;

  @ApiPropertyOptional({ enum: PERMISSIONS, isArray: true, example: ['chat:invoke', 'models:read'] })
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(PERMISSIONS, { each: true })
  permissions?: Permission[] | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @Matches(ID, { message: 'project_id is not the form of an id' })
  project_id?: string | null;

  @ApiPropertyOptional({ type: [String], nullable: true, example: ['openai/gpt-4o-mini'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LIST)
  @IsString({ each: true })
  @Length(1, 200, { each: true })
  @Matches(PRINTABLE, { each: true, message: 'allowed_models must not contain control characters' })
  allowed_models?: string[] | null;

  @ApiPropertyOptional({ type: [String], nullable: true, example: ['10.0.0.0/8'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LIST)
  @IsIpRange({ each: true })
  allowed_ips?: string[] | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, example: '2030-01-01T00:00:00Z' })
  @IsOptional()
  @IsISO8601({ strict: true })
  expires_at?: string | null;

  @ApiPropertyOptional({ type: RateLimitsDto, nullable: true, description: 'Replaces the rates set before.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitsDto)
  limits?: RateLimitsDto | null;

  @ApiPropertyOptional({
    type: KeyBudgetDto,
    nullable: true,
    description: 'Replaces the budget of this type.',
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => KeyBudgetDto)
  budget?: KeyBudgetDto | null;
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import type { OrganizationView } from '../organization.service';
import { OrganizationLimitsDto } from './organization-limits.dto';
import { IsPrintable } from '../../access/is-printable';

const STATUSES = ['active', 'suspended'] as const;
const SLUG = /^(?!org_)[a-z0-9][a-z0-9_-]{0,62}$/;
const PLAN = /^[a-z][a-z0-9_-]{0,62}$/;

/** The first member of a new organization. */
export class FirstOwnerDto {
  @ApiProperty({ example: 'owner@example.com' })
  @IsEmail()
  @Length(3, 200)
  email: string;

  @ApiPropertyOptional({ description: 'For log-in by password; at least 12 characters.' })
  @IsOptional()
  @IsString()
  @Length(12, 200)
  password?: string;

  @ApiPropertyOptional({ example: 'Ada Example' })
  @IsOptional()
  @IsPrintable(100)
  name?: string;
}

/** Body of `POST /v1/organizations`. */
export class CreateOrganizationDto {
  @ApiProperty({ example: 'Example Company' })
  @IsPrintable(100)
  name: string;

  @ApiPropertyOptional({ example: 'example-company', description: 'Absent: made from the name.' })
  @IsOptional()
  @IsString()
  @Matches(SLUG, { message: 'slug must be lower-case letters, digits, - and _, and not begin with org_' })
  slug?: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', default: 'UTC' })
  @IsOptional()
  @Length(1, 64)
  @IsTimeZone()
  time_zone?: string;

  @ApiPropertyOptional({ example: 'standard', default: 'standard' })
  @IsOptional()
  @IsString()
  @Matches(PLAN, { message: 'plan is not the form of a name' })
  plan?: string;

  @ApiPropertyOptional({ type: OrganizationLimitsDto, description: 'In place of those of the plan.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => OrganizationLimitsDto)
  limits?: OrganizationLimitsDto;

  @ApiPropertyOptional({ type: FirstOwnerDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FirstOwnerDto)
  owner?: FirstOwnerDto;
}

/** Body of `PATCH /v1/organizations/{id}`; status, plan and limits are for system administrators. */
export class UpdateOrganizationDto {
  @ApiPropertyOptional({ example: 'Example Company' })
  @IsOptional()
  @IsPrintable(100)
  name?: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin' })
  @IsOptional()
  @Length(1, 64)
  @IsTimeZone()
  time_zone?: string;

  @ApiPropertyOptional({ enum: STATUSES })
  @IsOptional()
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ example: 'team' })
  @IsOptional()
  @IsString()
  @Matches(PLAN, { message: 'plan is not the form of a name' })
  plan?: string;

  @ApiPropertyOptional({ type: OrganizationLimitsDto, description: 'Replaces the limits set before.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => OrganizationLimitsDto)
  limits?: OrganizationLimitsDto;
}

/** An organization as shown. */
export class OrganizationDto {
  @ApiProperty({ example: 'org_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  id: string;

  @ApiProperty({ example: 'Example Company' })
  name: string;

  @ApiProperty({ example: 'example-company' })
  slug: string;

  @ApiProperty({ enum: STATUSES })
  status: (typeof STATUSES)[number];

  @ApiProperty({ example: 'Europe/Berlin' })
  time_zone: string;

  @ApiProperty({ example: 'standard' })
  plan: string;

  @ApiProperty({
    type: OrganizationLimitsDto,
    description: 'What holds: the limits of the plan, with its own in their place.',
  })
  limits: OrganizationLimitsDto;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** A page of organizations. */
export class OrganizationListDto {
  @ApiProperty({ type: [OrganizationDto] })
  data: OrganizationDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** The form in which an organization leaves the service. */
export function toOrganizationDto({ organization, effectiveLimits }: OrganizationView): OrganizationDto {
  return {
    id: organization.id,
    name: organization.name,
    slug: organization.slug,
    status: organization.status,
    time_zone: organization.timeZone,
    plan: organization.plan,
    limits: effectiveLimits,
    created_at: organization.createdAt.toISOString(),
  };
}

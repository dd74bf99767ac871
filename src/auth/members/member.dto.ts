import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEmail, IsIn, IsObject, IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { IsPrintable } from '../../access/is-printable';
import { PERMISSIONS } from '../../access/permissions';
import { RateLimitsDto } from '../../access/rate-limits.dto';
import { permissionsOfMembership } from '../../tenancy/member';
import type { MembershipRecord } from '../../tenancy/membership.repository';

const STATUSES = ['active', 'suspended'] as const;

/** Body of `POST /v1/organizations/{id}/members`. */
export class AddMemberDto {
  @ApiProperty({ example: 'ada@example.com' })
  @IsEmail()
  @Length(3, 200)
  email: string;

  @ApiProperty({ example: 'developer', description: 'A built-in role or a custom one of the organization.' })
  @IsString()
  @Length(1, 63)
  role: string;

  @ApiPropertyOptional({ description: 'For log-in by password; at least 12 characters.' })
  @IsOptional()
  @IsString()
  @Length(12, 200)
  password?: string;

  @ApiPropertyOptional({ example: 'Ada Example' })
  @IsOptional()
  @IsPrintable(100)
  name?: string;

  @ApiPropertyOptional({ type: RateLimitsDto, description: 'They tighten those of the plan.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitsDto)
  limits?: RateLimitsDto;
}

/** Body of `PATCH /v1/organizations/{id}/members/{user_id}`. */
export class UpdateMemberDto {
  @ApiPropertyOptional({ example: 'viewer' })
  @IsOptional()
  @IsString()
  @Length(1, 63)
  role?: string;

  @ApiPropertyOptional({
    enum: STATUSES,
    description: 'suspended: keys and tokens of the user are refused here.',
  })
  @IsOptional()
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ type: RateLimitsDto, description: 'Replaces the limits set before.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitsDto)
  limits?: RateLimitsDto;
}

/** A member as shown. */
export class MemberDto {
  @ApiProperty({ example: 'usr_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  user_id: string;

  @ApiProperty({ type: String })
  organization_id: string;

  @ApiProperty({ type: String, nullable: true })
  email: string | null;

  @ApiProperty({ type: String, nullable: true })
  name: string | null;

  @ApiProperty({ example: 'developer' })
  role: string;

  @ApiProperty({ enum: PERMISSIONS, isArray: true })
  permissions: readonly string[];

  @ApiProperty({ enum: STATUSES })
  status: (typeof STATUSES)[number];

  @ApiProperty({ type: RateLimitsDto })
  limits: RateLimitsDto;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** A page of members. */
export class MemberListDto {
  @ApiProperty({ type: [MemberDto] })
  data: MemberDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** The form in which a member leaves the service. */
export function toMemberDto(member: MembershipRecord): MemberDto {
  return {
    user_id: member.userId,
    organization_id: member.organizationId,
    email: member.email,
    name: member.name,
    role: member.role,
    permissions: [...permissionsOfMembership(member.role, member.permissions)],
    status: member.status,
    limits: member.limits,
    created_at: member.createdAt.toISOString(),
  };
}

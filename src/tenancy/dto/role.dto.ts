import { ApiProperty } from '@nestjs/swagger';
import { ArrayUnique, IsArray, IsIn, IsString, Matches } from 'class-validator';
import { PERMISSIONS, type Permission } from '../../access/permissions';
import type { CustomRoleEntity } from '../custom-role.entity';

/** Body of `PUT /v1/organizations/{id}/roles/{name}`. */
export class RolePermissionsDto {
  @ApiProperty({ enum: PERMISSIONS, isArray: true, example: ['budgets:read', 'analytics:read'] })
  @IsArray()
  @ArrayUnique()
  @IsIn(PERMISSIONS, { each: true })
  permissions: Permission[];
}

/** Body of `POST /v1/organizations/{id}/roles`. */
export class CreateRoleDto extends RolePermissionsDto {
  @ApiProperty({ example: 'accountant' })
  @IsString()
  @Matches(/^[a-z][a-z0-9_-]{0,62}$/, {
    message: 'name must begin with a letter and have lower-case letters, digits, - and _ only',
  })
  name: string;
}

/** A custom role as shown. */
export class RoleDto {
  @ApiProperty({ example: 'accountant' })
  name: string;

  @ApiProperty({ type: String })
  organization_id: string;

  @ApiProperty({ enum: PERMISSIONS, isArray: true })
  permissions: readonly string[];

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** A page of custom roles. */
export class RoleListDto {
  @ApiProperty({ type: [RoleDto] })
  data: RoleDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** The form in which a role leaves the service. */
export function toRoleDto(role: CustomRoleEntity): RoleDto {
  return {
    name: role.name,
    organization_id: role.organizationId,
    permissions: role.permissions,
    created_at: role.createdAt.toISOString(),
  };
}

import { ApiProperty } from '@nestjs/swagger';
import type { Caller } from '../../../access/caller';
import type { SessionGrant } from '../session.service';

/** Answer of a log-in or refresh. */
export class SessionTokensDto {
  @ApiProperty({ example: 'eyJhbGciOi…', description: 'Send it as `Authorization: Bearer …`.' })
  access_token: string;

  @ApiProperty({ enum: ['Bearer'] })
  token_type: 'Bearer';

  @ApiProperty({ type: 'integer', example: 900, description: 'Seconds.' })
  expires_in: number;

  @ApiProperty({ example: 'mmr_01k8f3…', description: 'For `POST /auth/refresh`, once.' })
  refresh_token: string;

  @ApiProperty({ type: 'integer', example: 604800, description: 'Seconds.' })
  refresh_expires_in: number;

  @ApiProperty({ example: 'usr_01k8f3…' })
  user_id: string;

  @ApiProperty({ example: 'org_01k8f3…' })
  organization_id: string;
}

/** Who the caller is. */
export class CallerDto {
  @ApiProperty({ example: 'usr_01k8f3…' })
  user_id: string;

  @ApiProperty({ example: 'org_01k8f3…' })
  organization_id: string;

  @ApiProperty({ example: 'default' })
  organization_slug: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  project_id: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  api_key_id: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ses_01k8f3…' })
  session_id: string | null;

  @ApiProperty({ type: [String], example: ['models:read', 'budgets:read'] })
  permissions: string[];
}

export function toSessionTokensDto(grant: SessionGrant): SessionTokensDto {
  return {
    access_token: grant.accessToken,
    token_type: 'Bearer',
    expires_in: grant.accessSeconds,
    refresh_token: grant.refreshToken,
    refresh_expires_in: grant.refreshSeconds,
    user_id: grant.userId,
    organization_id: grant.organizationId,
  };
}

export function toCallerDto(caller: Caller): CallerDto {
  return {
    user_id: caller.userId,
    organization_id: caller.organizationId,
    organization_slug: caller.organizationSlug,
    project_id: caller.projectId ?? null,
    api_key_id: caller.apiKeyId ?? null,
    session_id: caller.sessionId ?? null,
    permissions: [...caller.permissions].sort(),
  };
}

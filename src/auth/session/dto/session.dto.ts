import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Caller } from '../../../access/caller';
import type { SessionGrant } from '../session.service';

/** Answer of a log-in or refresh. With cookies the tokens are left out and `csrf_token` is there. */
export class SessionTokensDto {
  @ApiPropertyOptional({ example: 'eyJhbGciOi…', description: 'Send it as `Authorization: Bearer …`.' })
  access_token?: string;

  @ApiProperty({ enum: ['Bearer'] })
  token_type: 'Bearer';

  @ApiProperty({ type: 'integer', example: 900, description: 'Seconds.' })
  expires_in: number;

  @ApiPropertyOptional({ example: 'mmr_01k8f3…', description: 'For `POST /auth/refresh`, once.' })
  refresh_token?: string;

  @ApiPropertyOptional({ description: 'Send it as `x-csrf-token` with everything but GET.' })
  csrf_token?: string;

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

  @ApiProperty({ type: String, nullable: true, description: 'Of a session: for `x-csrf-token`.' })
  csrf_token: string | null;
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

/** For browsers: what is in the cookies is not in the answer. */
export function toCookieSessionDto(grant: SessionGrant, csrfToken: string): SessionTokensDto {
  const { access_token: _access, refresh_token: _refresh, ...rest } = toSessionTokensDto(grant);
  return { ...rest, csrf_token: csrfToken };
}

export function toCallerDto(caller: Caller, csrfToken: string | null): CallerDto {
  return {
    user_id: caller.userId,
    organization_id: caller.organizationId,
    organization_slug: caller.organizationSlug,
    project_id: caller.projectId ?? null,
    api_key_id: caller.apiKeyId ?? null,
    session_id: caller.sessionId ?? null,
    permissions: [...caller.permissions].sort(),
    csrf_token: csrfToken,
  };
}

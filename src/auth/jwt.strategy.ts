import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy, type StrategyOptionsWithRequest } from 'passport-jwt';
import type { Caller } from '../access/caller';
import type { GatewayRequest } from '../access/gateway-request';
import { AppError } from '../common/app-error';
import { isJsonObject, parseJson } from '../common/json';
import type { Member } from '../tenancy/member';
import { MemberRepository } from '../tenancy/member.repository';
import { AuthCaches } from './auth-caches';
import { AuthConfig } from './auth.config';
import { AUTH_ERRORS } from './auth.errors';
import { AuthSecrets } from './auth-secrets';
import { bearerToken } from './credential';
import { readJwtClaims, type JwtClaims } from './jwt-claims';
import type { JwtVerification } from './jwt-verification';

/**
 * Passport strategy for our tokens. Signature algorithm, issuer and audience are pinned by configuration, `exp` is required.
 * A token can narrow what the member may do in the organization, never widen it.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    private readonly config: AuthConfig,
    secrets: AuthSecrets,
    private readonly members: MemberRepository,
    private readonly caches: AuthCaches,
  ) {
    super(strategyOptions(config, secrets.jwt));
  }

  /** Called with the payload of a token whose signature, times, issuer and audience are right. */
  async validate(request: GatewayRequest, payload: unknown): Promise<Caller> {
    const claims = readJwtClaims(payload, this.config.jwtOrganizationClaim);
    if (claims === undefined) throw invalidToken('The token lacks a usable sub, exp or organization claim.');
    const member = await this.findMember(claims);
    if (member === null) throw invalidToken('The token names an unknown user or organization.');
    if (member.organizationStatus !== 'active' || member.userStatus !== 'active') {
      throw new AppError(AUTH_ERRORS.suspended, { public: 'This account is suspended.' });
    }
    request.state.caller = toCaller(member, claims);
    return request.state.caller;
  }

  private async findMember({ organization, userId }: JwtClaims): Promise<Member | null> {
    const key = `${organization}\n${userId}`;
    const known = this.caches.members.peek(key);
    if (known !== undefined) return known;
    return this.caches.members.load(
      key,
      async () => (await this.members.findMember(organization, userId)) ?? null,
    );
  }
}

function strategyOptions(config: AuthConfig, jwt: JwtVerification): StrategyOptionsWithRequest {
  return {
    passReqToCallback: true,
    jwtFromRequest: (request: Request) => bearerToken(request.headers.authorization) ?? null,
    secretOrKeyProvider: (_request, token: unknown, done) => {
      if (isPlainHeader(token, jwt.algorithm)) done(null, jwt.key);
      else done(new Error('unexpected token header'));
    },
    algorithms: [jwt.algorithm],
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    ignoreExpiration: false,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to set a clock tolerance
    jsonWebTokenOptions: { clockTolerance: config.jwtClockSkewSeconds },
  };
}

/** `crit` lists extensions a verifier must understand (RFC 7515 §4.1.11); the library ignores it, we understand none. */
function isPlainHeader(token: unknown, algorithm: string): boolean {
  if (typeof token !== 'string') return false;
  const header = parseJson(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  return isJsonObject(header) && header['alg'] === algorithm && !('crit' in header);
}

function invalidToken(text: string): AppError {
  return new AppError(AUTH_ERRORS.invalidToken, { public: text });
}

function toCaller(member: Member, claims: JwtClaims): Caller {
  const { permissions: narrowed } = claims;
  const permissions =
    narrowed === undefined
      ? member.permissions
      : new Set([...member.permissions].filter((name) => narrowed.has(name)));
  return {
    organizationId: member.organizationId,
    organizationSlug: member.organizationSlug,
    timeZone: member.timeZone,
    projectId: undefined,
    userId: member.userId,
    apiKeyId: undefined,
    method: 'jwt',
    permissions,
    allowedModels: null,
    limits: { userRates: member.userRates, organizationRates: member.organizationRates },
  };
}

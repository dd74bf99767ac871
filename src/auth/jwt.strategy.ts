import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy, type StrategyOptionsWithRequest } from 'passport-jwt';
import type { Caller } from '../access/caller';
import type { GatewayRequest } from '../access/gateway-request';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { isJsonObject, parseJson, type JsonObject } from '../common/json';
import { HttpClient } from '../platform/http/http-client';
import type { Member } from '../tenancy/member';
import { MemberRepository } from '../tenancy/member.repository';
import { AuthCaches } from './auth-caches';
import { AuthConfig } from './auth.config';
import { AUTH_ERRORS } from './auth.errors';
import { AuthSecrets } from './auth-secrets';
import { bearerToken } from './credential';
import type { JwtAlgorithm } from './jwt-algorithm';
import { JwksKeySource, type JwksAnswer } from './jwks-key-source';
import { readJwtClaims, type JwtClaims } from './jwt-claims';
import type { JwtVerification } from './jwt-verification';

/** Finds the key a token is to be verified with, by the `kid` of its header. */
type FindKey = (kid: string | undefined) => JwksAnswer | Promise<JwksAnswer>;

/** A header that brings its own key, or an address to fetch one from, is somebody else's idea of whom to trust. */
const KEY_BEARING = ['jwk', 'jku', 'x5u'];

/**
 * Passport strategy for tokens of the configured issuer. Signature algorithm, issuer and audience are pinned by configuration, `exp` is required.
 * A token can narrow what the member may do in the organization, never widen it.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    private readonly config: AuthConfig,
    secrets: AuthSecrets,
    private readonly members: MemberRepository,
    private readonly caches: AuthCaches,
    http: HttpClient,
    private readonly clock: Clock,
  ) {
    super(strategyOptions(config, secrets.jwt.algorithm, keyFinder(config, secrets.jwt, { http, clock })));
  }

  /** Called with the payload of a token whose signature, times, issuer and audience are right. */
  async validate(request: GatewayRequest, payload: unknown): Promise<Caller> {
    const claims = this.readClaims(payload);
    if (claims === undefined)
      throw invalidToken(
        'The token lacks a usable user, organization or exp claim, or comes from the future.',
      );
    const member = await this.findMember(claims);
    if (member === null) throw invalidToken('The token names an unknown user or organization.');
    if (member.organizationStatus !== 'active' || member.userStatus !== 'active') {
      throw new AppError(AUTH_ERRORS.suspended, { public: 'This account is suspended.' });
    }
    request.state.caller = toCaller(member, claims);
    return request.state.caller;
  }

  private readClaims(payload: unknown): JwtClaims | undefined {
    const { config } = this;
    const names = {
      user: config.jwtUserClaim,
      organization: config.jwtOrganizationClaim,
      roles: config.jwtRolesClaim,
      permissions: config.jwtPermissionsClaim,
      roleMap: config.jwtRoleMap,
    };
    return readJwtClaims(payload, names, {
      nowMs: this.clock.now(),
      skewSeconds: config.jwtClockSkewSeconds,
    });
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

function keyFinder(
  config: AuthConfig,
  jwt: JwtVerification,
  { http, clock }: { http: HttpClient; clock: Clock },
): FindKey {
  if ('key' in jwt) return () => ({ kind: 'key', pem: jwt.key });
  const source = new JwksKeySource(
    {
      url: jwt.jwksUrl,
      algorithm: jwt.algorithm,
      cacheMs: config.jwtJwksCacheSeconds * 1_000,
      cooldownMs: config.jwtJwksCooldownSeconds * 1_000,
    },
    http,
    clock,
  );
  return (kid) => source.find(kid);
}

function strategyOptions(
  config: AuthConfig,
  algorithm: JwtAlgorithm,
  findKey: FindKey,
): StrategyOptionsWithRequest {
  return {
    passReqToCallback: true,
    jwtFromRequest: (request: Request) => bearerToken(request.headers.authorization) ?? null,
    secretOrKeyProvider: (_request, token: unknown, done) => {
      keyFor(token, algorithm, findKey).then(
        (key) => done(null, key),
        (error: unknown) => done(error),
      );
    },
    algorithms: [algorithm],
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    ignoreExpiration: false,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to set a clock tolerance
    jsonWebTokenOptions: { clockTolerance: config.jwtClockSkewSeconds },
  };
}

async function keyFor(token: unknown, algorithm: string, findKey: FindKey): Promise<string> {
  const header = typeof token === 'string' ? readHeader(token) : undefined;
  const kid = header?.['kid'];
  if (header === undefined || !isPlain(header, algorithm) || (kid !== undefined && typeof kid !== 'string'))
    throw new Error('unexpected token header');
  const answer = await findKey(kid);
  if (answer.kind === 'key') return answer.pem;
  if (answer.kind === 'unknown') throw new Error('unknown key id');
  throw new AppError(AUTH_ERRORS.storeUnavailable, {
    public: 'Authentication is temporarily unavailable. Please try again.',
    internal: 'no key of the token issuer could be read yet',
    retryAfterSeconds: 5,
  });
}

function readHeader(token: string): JsonObject | undefined {
  const header = parseJson(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  return isJsonObject(header) ? header : undefined;
}

/** `crit` lists extensions a verifier must understand (RFC 7515 §4.1.11); the library ignores it, we understand none. */
function isPlain(header: JsonObject, algorithm: string): boolean {
  return header['alg'] === algorithm && !('crit' in header) && !KEY_BEARING.some((name) => name in header);
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

import { Injectable } from '@nestjs/common';
import * as openid from 'openid-client';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { ConfigProblems } from '../../platform/config/load-config';
import { HttpClient } from '../../platform/http/http-client';
import { AUTH_ERRORS } from '../auth.errors';
import { SsoConfig } from './sso.config';

/** What must come back unchanged from one log-in's way to the issuer. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

interface Endpoint {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUrl: string;
}

const TIMEOUT_SECONDS = 5;
const MAX_BYTES = 256 * 1024;
/** The discovery document is read again after this time. */
const REDISCOVER_MS = 3_600_000;
/** A failed discovery is not repeated sooner. */
const REST_MS = 5_000;

/**
 * The OpenID Connect side of single sign-on: authorization code with PKCE, state and nonce; the ID token's signature is checked
 * although it comes over TLS. All calls go through our HttpClient, so addresses are guarded and redirects not followed.
 */
@Injectable()
export class OpenIdClient {
  private readonly endpoint: Endpoint | undefined;
  #discovered: { readonly configuration: openid.Configuration; readonly atMs: number } | undefined;
  #discovering: Promise<openid.Configuration> | undefined;
  #failedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly config: SsoConfig,
    private readonly http: HttpClient,
    private readonly clock: Clock,
  ) {
    this.endpoint = readEndpoint(config);
  }

  /** 404 while single sign-on is off. */
  requireEndpoint(): Endpoint {
    if (this.endpoint === undefined)
      throw new AppError(AUTH_ERRORS.notFound, { public: 'Single sign-on is not set up.' });
    return this.endpoint;
  }

  /** Where to send the browser, and what to remember until it is back. */
  async begin(): Promise<{ readonly url: URL; readonly secrets: FlowSecrets }> {
    const { redirectUrl } = this.requireEndpoint();
    const configuration = await this.configuration();
    const secrets = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier: openid.randomPKCECodeVerifier(),
    };
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUrl,
      scope: this.config.scopes,
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
    });
    return { url, secrets };
  }

  /** Claims of the verified ID token for the answer that came with this query; 401 when anything does not fit. */
  async finish(query: URLSearchParams, secrets: FlowSecrets): Promise<unknown> {
    const url = new URL(this.requireEndpoint().redirectUrl);
    const configuration = await this.configuration();
    url.search = query.toString();
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, url, {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.verifier,
        idTokenExpected: true,
      });
      return tokens.claims();
    } catch (error) {
      throw new AppError(AUTH_ERRORS.ssoFailed, {
        public: 'The identity service did not confirm the log-in. Please start again.',
        internal: error instanceof Error ? error.message : undefined,
        cause: error,
      });
    }
  }

  private async configuration(): Promise<openid.Configuration> {
    const known = this.#discovered;
    const nowMs = this.clock.monotonic();
    if (known !== undefined && nowMs - known.atMs < REDISCOVER_MS) return known.configuration;
    if (nowMs - this.#failedAtMs < REST_MS) return this.fallback(known?.configuration);
    this.#discovering ??= this.discover().finally(() => {
      this.#discovering = undefined;
    });
    try {
      return await this.#discovering;
    } catch (error) {
      this.#failedAtMs = this.clock.monotonic();
      return this.fallback(known?.configuration, error);
    }
  }

  private async discover(): Promise<openid.Configuration> {
    const { issuer, clientId } = this.requireEndpoint();
    const server = new URL(issuer);
    const secret = this.config.clientSecret?.reveal();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- for development; production refuses such an issuer
    const insecure = server.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
    const configuration = await openid.discovery(
      server,
      clientId,
      undefined,
      secret === undefined ? openid.None() : openid.ClientSecretBasic(secret),
      {
        execute: [...insecure, openid.enableNonRepudiationChecks],
        timeout: TIMEOUT_SECONDS,
        [openid.customFetch]: (url, options) => this.fetch(url, options),
      },
    );
    this.#discovered = { configuration, atMs: this.clock.monotonic() };
    return configuration;
  }

  private fallback(known: openid.Configuration | undefined, cause?: unknown): openid.Configuration {
    if (known !== undefined) return known;
    throw new AppError(AUTH_ERRORS.storeUnavailable, {
      public: 'The identity service does not answer. Please try again.',
      internal: 'OpenID discovery failed',
      retryAfterSeconds: Math.ceil(REST_MS / 1_000),
      cause,
    });
  }

  private async fetch(url: string, options: openid.CustomFetchOptions): Promise<Response> {
    const response = await this.http.request({
      url,
      method: options.method === 'POST' ? 'POST' : 'GET',
      headers: options.headers,
      body: bodyText(options.body),
      signal: options.signal ?? AbortSignal.timeout(TIMEOUT_SECONDS * 1_000),
      headersTimeoutMs: TIMEOUT_SECONDS * 1_000,
      bodyTimeoutMs: TIMEOUT_SECONDS * 1_000,
    });
    const text = await response.body.text(MAX_BYTES);
    return new Response(text === '' ? null : text, { status: response.status, headers: response.headers });
  }
}

function readEndpoint({ issuer, clientId, redirectUrl }: SsoConfig): Endpoint | undefined {
  if (issuer === undefined) return undefined;
  if (clientId !== undefined && redirectUrl !== undefined) return { issuer, clientId, redirectUrl };
  const missing = [
    clientId === undefined && 'SSO_CLIENT_ID',
    redirectUrl === undefined && 'SSO_REDIRECT_URL',
  ];
  throw new ConfigProblems(
    missing.filter((name) => name !== false).map((name) => `${name}: is required with SSO_ISSUER`),
  );
}

function bodyText(body: openid.FetchBody): string | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('unexpected kind of body');
}

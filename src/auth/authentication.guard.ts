import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import type { GatewayRequest } from '../access/gateway-request';
import { PUBLIC_ROUTE } from '../access/public.decorator';
import { AppError, type ErrorDefinition } from '../common/app-error';
import { ApiKeyAuthenticator } from './api-key-authenticator';
import { AUTH_ERRORS } from './auth.errors';
import { readCredential } from './credential';
import { JwtGuard } from './jwt.guard';
import type { KeyOutcome } from './known-key';
import { SessionCookies } from './session/session-cookies';
import { SessionAuthenticator, type SessionOutcome } from './session/session-authenticator';
import { isSessionToken } from './session/session-tokens';
import { AuthWatch } from './watch/auth-watch';

const REALM = 'Bearer realm="modelmuxer"';

interface Refusal {
  readonly definition: ErrorDefinition;
  readonly text: string;
}

interface Exchange {
  readonly request: GatewayRequest;
  readonly response: Response;
}

const MISSING: Refusal = {
  definition: AUTH_ERRORS.missingApiKey,
  text: 'No API key was given. Send it as "Authorization: Bearer <key>" or in the header "x-api-key".',
};

const FORGED: Refusal = {
  definition: AUTH_ERRORS.csrf,
  text: 'A session cookie changes nothing without its token in the header "x-csrf-token"; GET /auth/session tells it.',
};

type Outcome = KeyOutcome | SessionOutcome;

const REFUSALS: Readonly<Record<Exclude<Outcome['kind'], 'authenticated'>, Refusal>> = {
  unknown: { definition: AUTH_ERRORS.invalidApiKey, text: 'The API key is not valid.' },
  expired: { definition: AUTH_ERRORS.invalidApiKey, text: 'The API key has expired.' },
  suspended: { definition: AUTH_ERRORS.suspended, text: 'This account is suspended.' },
  address_denied: {
    definition: AUTH_ERRORS.addressDenied,
    text: 'This API key may not be used from this address.',
  },
  invalid_token: { definition: AUTH_ERRORS.invalidToken, text: 'The token is not valid.' },
  expired_token: { definition: AUTH_ERRORS.expiredToken, text: 'The token has expired.' },
  session_over: { definition: AUTH_ERRORS.invalidToken, text: 'The session is over. Please log in again.' },
};

/** First guard of every route: without `@Public()` a request needs a key or a token, and gets its caller here. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeyAuthenticator,
    private readonly jwt: JwtGuard,
    private readonly sessions: SessionAuthenticator,
    private readonly cookies: SessionCookies,
    private readonly watch: AuthWatch,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, [context.getHandler(), context.getClass()]))
      return true;
    const http = context.switchToHttp();
    const exchange = { request: http.getRequest<GatewayRequest>(), response: http.getResponse<Response>() };
    const credential = readCredential(exchange.request.headers);
    if (credential.kind === 'none') return this.acceptCookie(exchange);
    if (credential.kind === 'jwt' && !isSessionToken(credential.token))
      return this.acceptToken(context, exchange);
    const outcome =
      credential.kind === 'jwt'
        ? this.sessions.authenticate(credential.token)
        : this.keys.authenticate(credential.token, exchange.request.ip);
    return outcome instanceof Promise
      ? outcome.then((settled) => this.accept(exchange, settled))
      : this.accept(exchange, outcome);
  }

  private async acceptCookie(exchange: Exchange): Promise<boolean> {
    const { request } = exchange;
    const token = this.cookies.accessToken(request.headers);
    if (token === undefined) throw this.refuse(exchange, MISSING);
    const outcome = await this.sessions.authenticate(token);
    if (outcome.kind === 'authenticated' && this.cookies.mayBeForged(request, outcome.caller.sessionId))
      throw this.refuse(exchange, FORGED);
    return this.accept(exchange, outcome);
  }

  private async acceptToken(context: ExecutionContext, exchange: Exchange): Promise<boolean> {
    try {
      await this.jwt.canActivate(context);
      return exchange.request.state.caller !== undefined;
    } catch (error) {
      if (error instanceof AppError && error.category === 'authentication') {
        challenge(exchange.response, 'invalid_token');
        this.note(exchange.request, error.code);
      }
      throw error;
    }
  }

  private accept(exchange: Exchange, outcome: Outcome): boolean {
    if (outcome.kind !== 'authenticated') throw this.refuse(exchange, REFUSALS[outcome.kind]);
    exchange.request.state.caller = outcome.caller;
    this.watch.accepted(outcome.caller, exchange.request);
    return true;
  }

  private refuse({ request, response }: Exchange, { definition, text }: Refusal): AppError {
    const isMissing = definition === AUTH_ERRORS.missingApiKey;
    if (definition.category === 'authentication')
      challenge(response, isMissing ? undefined : 'invalid_token');
    // Somebody without any credential (a browser, a probe) tries nothing.
    if (!isMissing) this.note(request, definition.code);
    return new AppError(definition, { public: text });
  }

  private note(request: GatewayRequest, reason: string): void {
    this.watch.refused(reason, request.ip);
  }
}

/** RFC 6750 §3: the error code is left out when the request carried no credential. */
function challenge(response: Response, error: string | undefined): void {
  response.setHeader('WWW-Authenticate', error === undefined ? REALM : `${REALM}, error="${error}"`);
}

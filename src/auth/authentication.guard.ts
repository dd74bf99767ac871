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

const REALM = 'Bearer realm="modelmuxer"';

interface Refusal {
  readonly definition: ErrorDefinition;
  readonly text: string;
}

const MISSING: Refusal = {
  definition: AUTH_ERRORS.missingApiKey,
  text: 'No API key was given. Send it as "Authorization: Bearer <key>" or in the header "x-api-key".',
};

const REFUSALS: Readonly<Record<Exclude<KeyOutcome['kind'], 'authenticated'>, Refusal>> = {
  unknown: { definition: AUTH_ERRORS.invalidApiKey, text: 'The API key is not valid.' },
  expired: { definition: AUTH_ERRORS.invalidApiKey, text: 'The API key has expired.' },
  suspended: { definition: AUTH_ERRORS.suspended, text: 'This account is suspended.' },
  address_denied: {
    definition: AUTH_ERRORS.addressDenied,
    text: 'This API key may not be used from this address.',
  },
};

/** First guard of every route: without `@Public()` a request needs a key or a token, and gets its caller here. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeyAuthenticator,
    private readonly jwt: JwtGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, [context.getHandler(), context.getClass()]))
      return true;
    const http = context.switchToHttp();
    const request = http.getRequest<GatewayRequest>();
    const response = http.getResponse<Response>();
    const credential = readCredential(request.headers);
    if (credential.kind === 'none') throw refuse(response, MISSING);
    if (credential.kind === 'jwt') return this.acceptToken(context, response);
    const outcome = this.keys.authenticate(credential.token, request.ip);
    return outcome instanceof Promise
      ? outcome.then((settled) => accept(request, response, settled))
      : accept(request, response, outcome);
  }

  private async acceptToken(context: ExecutionContext, response: Response): Promise<boolean> {
    try {
      await this.jwt.canActivate(context);
      return context.switchToHttp().getRequest<GatewayRequest>().state.caller !== undefined;
    } catch (error) {
      if (error instanceof AppError && error.category === 'authentication')
        challenge(response, 'invalid_token');
      throw error;
    }
  }
}

function accept(request: GatewayRequest, response: Response, outcome: KeyOutcome): boolean {
  if (outcome.kind !== 'authenticated') throw refuse(response, REFUSALS[outcome.kind]);
  request.state.caller = outcome.caller;
  return true;
}

function refuse(response: Response, { definition, text }: Refusal): AppError {
  if (definition.category === 'authentication') {
    challenge(response, definition === AUTH_ERRORS.missingApiKey ? undefined : 'invalid_token');
  }
  return new AppError(definition, { public: text });
}

/** RFC 6750 §3: the error code is left out when the request carried no credential. */
function challenge(response: Response, error: string | undefined): void {
  response.setHeader('WWW-Authenticate', error === undefined ? REALM : `${REALM}, error="${error}"`);
}

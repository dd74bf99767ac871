import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { CookieOptions, Response } from 'express';
import { cookieOf } from '../../common/cookie-of';
import { SessionConfig } from './session.config';
import type { SessionGrant } from './session.service';
import { SessionTokens } from './session-tokens';

/** The part of a request that matters for cookies. */
export interface CookieRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const CSRF_HEADER = 'x-csrf-token';
/** The refresh token travels to the log-in routes only. */
const REFRESH_PATH = '/auth';

/**
 * Sessions of browsers. Scripts cannot read the cookies and other sites cannot send them (SameSite=Strict); besides that,
 * everything but reading needs the session's CSRF token in a header, which another site cannot know.
 */
@Injectable()
export class SessionCookies {
  private readonly accessName: string;
  private readonly refreshName: string;

  constructor(
    private readonly config: SessionConfig,
    private readonly tokens: SessionTokens,
  ) {
    // The prefixes make browsers refuse cookies that another host of the domain, or plain HTTP, has planted.
    this.accessName = config.cookieSecure ? '__Host-mm_session' : 'mm_session';
    this.refreshName = config.cookieSecure ? '__Secure-mm_refresh' : 'mm_refresh';
  }

  set(response: Response, grant: SessionGrant): void {
    response.cookie(this.accessName, grant.accessToken, {
      ...this.options('/'),
      maxAge: grant.accessSeconds * 1_000,
    });
    response.cookie(this.refreshName, grant.refreshToken, {
      ...this.options(REFRESH_PATH),
      maxAge: grant.refreshSeconds * 1_000,
    });
  }

  clear(response: Response): void {
    response.clearCookie(this.accessName, this.options('/'));
    response.clearCookie(this.refreshName, this.options(REFRESH_PATH));
  }

  accessToken(headers: IncomingHttpHeaders): string | undefined {
    return cookieOf(headers.cookie, this.accessName);
  }

  refreshToken(headers: IncomingHttpHeaders): string | undefined {
    return cookieOf(headers.cookie, this.refreshName);
  }

  csrfToken(sessionId: string): string {
    return this.tokens.csrf(sessionId);
  }

  /** Whether a request with the session cookie may come from another site: it changes something and lacks the token. */
  mayBeForged({ method, headers }: CookieRequest, sessionId: string | undefined): boolean {
    if (SAFE_METHODS.has(method)) return false;
    const token = headers[CSRF_HEADER];
    return sessionId === undefined || typeof token !== 'string' || !this.tokens.isCsrf(sessionId, token);
  }

  private options(path: string): CookieOptions {
    return { httpOnly: true, secure: this.config.cookieSecure, sameSite: 'strict', path };
  }
}

/**
 * Whether a browser sent this on behalf of another site; for the routes that hand out cookies before there is a session.
 * Programs send neither header.
 */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

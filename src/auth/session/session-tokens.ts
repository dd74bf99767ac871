import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isJsonObject, parseJson } from '../../common/json';
import { AuthSecrets } from '../auth-secrets';

/** What an access token says; the session itself is looked up. */
export interface AccessClaims {
  readonly sessionId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly expiresAtMs: number;
}

const NAME = 'modelmuxer-session';
/** The only header there is; a token with another one is none of ours (RFC 8725 §3.11: explicit typing). */
const HEADER = Buffer.from('{"alg":"HS256","typ":"mm-session+jwt"}').toString('base64url');
const REFRESH = /^mmr_([0-9a-z]{26})_(\d{1,9})_([\w-]{43})$/;
const MAX_TOKEN_LENGTH = 2_048;
const KEY_BYTES = 32;

/** True for an access token of a log-in, by its header; every other JWT is judged by the configured key. */
export function isSessionToken(token: string): boolean {
  return token.startsWith(`${HEADER}.`);
}

/**
 * Makes and reads the texts that stand for a session. All are made with keys derived from the pepper, so that replicas agree
 * and a reader of the database can make none.
 */
@Injectable()
export class SessionTokens {
  readonly #accessKey: Buffer;
  readonly #refreshKey: Buffer;
  readonly #csrfKey: Buffer;

  constructor(secrets: AuthSecrets) {
    const pepper = secrets.pepper.reveal();
    this.#accessKey = derive(pepper, 'session access token');
    this.#refreshKey = derive(pepper, 'session refresh token');
    this.#csrfKey = derive(pepper, 'session csrf token');
  }

  access(claims: AccessClaims, nowMs: number): string {
    const payload = {
      iss: NAME,
      aud: NAME,
      sub: claims.userId,
      org: claims.organizationId,
      sid: claims.sessionId,
      iat: Math.floor(nowMs / 1_000),
      exp: Math.floor(claims.expiresAtMs / 1_000),
    };
    const body = `${HEADER}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
    return `${body}.${macOf(this.#accessKey, body)}`;
  }

  /** Undefined for a token that is not ours; one whose time is over is still returned. */
  readAccess(token: string): AccessClaims | undefined {
    if (token.length > MAX_TOKEN_LENGTH || !isSessionToken(token)) return undefined;
    const end = token.lastIndexOf('.');
    const body = token.slice(0, end);
    if (!equal(macOf(this.#accessKey, body), token.slice(end + 1))) return undefined;
    return readClaims(parseJson(Buffer.from(body.slice(HEADER.length + 1), 'base64url').toString('utf8')));
  }

  /** Always the same text for the same generation, so that a repeated refresh gets the same answer. */
  refresh(sessionId: string, generation: number): string {
    const body = `mmr_${sessionId.slice('ses_'.length)}_${generation}`;
    return `${body}_${macOf(this.#refreshKey, body)}`;
  }

  /** Undefined for a text we did not make: only a token that once was valid can count as used twice. */
  readRefresh(token: string): { readonly sessionId: string; readonly generation: number } | undefined {
    const match = REFRESH.exec(token);
    if (match === null) return undefined;
    const [, id = '', generation = '', mac = ''] = match;
    const body = `mmr_${id}_${generation}`;
    return equal(macOf(this.#refreshKey, body), mac)
      ? { sessionId: `ses_${id}`, generation: Number(generation) }
      : undefined;
  }

  /** What a page must send along with a cookie; other sites cannot read it. */
  csrf(sessionId: string): string {
    return macOf(this.#csrfKey, sessionId);
  }

  isCsrf(sessionId: string, token: string): boolean {
    return equal(this.csrf(sessionId), token);
  }
}

function derive(pepper: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', pepper, 'modelmuxer', purpose, KEY_BYTES));
}

function macOf(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function equal(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function readClaims(payload: unknown): AccessClaims | undefined {
  if (!isJsonObject(payload)) return undefined;
  const { iss, aud, sub, org, sid, exp } = payload;
  const isOurs = iss === NAME && aud === NAME && typeof exp === 'number';
  if (!isOurs || typeof sub !== 'string' || typeof org !== 'string' || typeof sid !== 'string')
    return undefined;
  return { sessionId: sid, userId: sub, organizationId: org, expiresAtMs: exp * 1_000 };
}

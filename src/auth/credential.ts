import type { IncomingHttpHeaders } from 'node:http';

/** What a request offers to prove who is asking. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'api_key'; readonly token: string }
  | { readonly kind: 'jwt'; readonly token: string };

const NONE: Credential = { kind: 'none' };
const BEARER = /^bearer +(\S+) *$/i;

/**
 * Reads `Authorization: Bearer <key or JWT>`, else `x-api-key: <key>`. Nothing else counts as one: keys in a URL end up in
 * logs; the cookie of a session is the guard's business, because it needs protection against forged requests.
 */
export function readCredential(headers: IncomingHttpHeaders): Credential {
  const bearer = bearerToken(headers.authorization);
  if (bearer !== undefined) return { kind: looksLikeJwt(bearer) ? 'jwt' : 'api_key', token: bearer };
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? { kind: 'api_key', token: apiKey } : NONE;
}

/** The token of an `Authorization` header; undefined for another scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

/** True for a three-part token, which is a JWT and nothing else. */
export function looksLikeJwt(token: string): boolean {
  const first = token.indexOf('.');
  const second = first < 0 ? -1 : token.indexOf('.', first + 1);
  return second > 0 && !token.includes('.', second + 1);
}

import { createHmac, createSign, type KeyObject } from 'node:crypto';

export interface JwtSigning {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256' | 'none';
  /** Secret text for HS256, private key for the others. */
  readonly key?: string | KeyObject;
  /** Further members of the header, which win over the usual ones. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Makes a token with exactly these claims; also broken ones, which no library would sign. */
export function signJwt(claims: Readonly<Record<string, unknown>>, signing: JwtSigning): string {
  const header = { alg: signing.algorithm, typ: 'JWT', ...signing.header };
  const body = `${encode(header)}.${encode(claims)}`;
  return `${body}.${signatureOf(body, signing)}`;
}

/** Claims of a valid token, five minutes from now, with changes. */
export function usualClaims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: 'modelmuxer', aud: 'modelmuxer', org: 'default', iat: now, exp: now + 300, ...changes };
}

function signatureOf(body: string, { algorithm, key }: JwtSigning): string {
  if (algorithm === 'none' || key === undefined) return '';
  if (algorithm === 'HS256') return createHmac('sha256', key).update(body).digest('base64url');
  if (typeof key === 'string') throw new Error('an asymmetric algorithm needs a private key');
  return createSign('sha256').update(body).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

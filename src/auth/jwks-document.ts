import { createPublicKey, type KeyObject } from 'node:crypto';
import { isJsonObject, parseJson, type JsonObject } from '../common/json';
import type { JwtAlgorithm } from './jwt-algorithm';

const MAX_KEYS = 100;
const MAX_KEY_ID = 256;
const MIN_RSA_BITS = 2048;

/** The verification keys of a JWKS document that fit one algorithm, in PEM form. */
export interface JwksKeys {
  readonly byId: ReadonlyMap<string, string>;
  /** What a token without `kid` is verified with: the only key, when there is only one. */
  readonly only: string | undefined;
}

/** Undefined for a text that is no JWKS document. Keys of other kinds, for encryption or too weak are left out. */
export function readJwks(text: string, algorithm: Exclude<JwtAlgorithm, 'HS256'>): JwksKeys | undefined {
  const document = parseJson(text);
  const entries = isJsonObject(document) ? document['keys'] : undefined;
  if (!Array.isArray(entries)) return undefined;
  const byId = new Map<string, string>();
  const pems: string[] = [];
  for (const entry of entries.slice(0, MAX_KEYS).filter(isJsonObject)) {
    const pem = isFor(entry, algorithm) ? toPem(entry, algorithm) : undefined;
    if (pem === undefined) continue;
    pems.push(pem);
    const id = entry['kid'];
    if (typeof id === 'string' && id.length <= MAX_KEY_ID && !byId.has(id)) byId.set(id, pem);
  }
  return { byId, only: pems.length === 1 ? pems[0] : undefined };
}

function isFor(entry: JsonObject, algorithm: JwtAlgorithm): boolean {
  const { use, alg } = entry;
  return (use === undefined || use === 'sig') && (alg === undefined || alg === algorithm);
}

function toPem({ kty, n, e, crv, x, y }: JsonObject, algorithm: JwtAlgorithm): string | undefined {
  // Members are picked one by one: a private part in the document is of no use here.
  const key = readKey(algorithm === 'RS256' ? { kty, n, e } : { kty, crv, x, y });
  const details = key?.asymmetricKeyDetails;
  const fits =
    algorithm === 'RS256'
      ? key?.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS
      : key?.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1';
  return fits ? key?.export({ type: 'spki', format: 'pem' }).toString() : undefined;
}

function readKey(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

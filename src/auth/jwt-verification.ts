import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AuthConfig } from './auth.config';
import type { JwtAlgorithm } from './jwt-algorithm';
import { readOrCreateSecret } from '../platform/config/secret-file';

/**
 * How a token is verified; the algorithm is part of it and never taken from the token. `key` is a shared secret or a public
 * key in PEM form; with `jwksUrl` the issuer publishes the keys.
 */
export type JwtVerification =
  | { readonly algorithm: JwtAlgorithm; readonly key: string }
  | { readonly algorithm: Exclude<JwtAlgorithm, 'HS256'>; readonly jwksUrl: string };

const MIN_RSA_BITS = 2048;

/**
 * Reads the one verification key. What is wrong is added to `problems`, and the answer is undefined.
 * Without any key a secret is generated at `secretPath`, when there is one.
 */
export function resolveJwtVerification(
  config: AuthConfig,
  secretPath: string | undefined,
  problems: string[],
): JwtVerification | undefined {
  const pem = publicKeyText(config, problems);
  if ([pem, config.jwtSecret, config.jwtJwksUrl].filter((source) => source !== undefined).length > 1) {
    problems.push('JWT_SECRET: set a secret, a public key or a JWKS URL, not several of them');
    return undefined;
  }
  if (config.jwtJwksUrl !== undefined) return withJwks(config.jwtJwksUrl, config.jwtAlgorithm, problems);
  const verification = pem === undefined ? withSecret(config, secretPath) : withPublicKey(pem, problems);
  if (verification === undefined) {
    if (problems.length === 0)
      problems.push(
        'JWT_SECRET: JWT_SECRET, JWT_PUBLIC_KEY, JWT_PUBLIC_KEY_FILE or JWT_JWKS_URL is required',
      );
    return undefined;
  }
  if (config.jwtAlgorithm !== undefined && config.jwtAlgorithm !== verification.algorithm) {
    problems.push(
      `JWT_ALGORITHM: ${config.jwtAlgorithm} does not fit the configured key, which is for ${verification.algorithm}`,
    );
    return undefined;
  }
  return verification;
}

function withJwks(
  jwksUrl: string,
  algorithm: JwtAlgorithm = 'RS256',
  problems: string[],
): JwtVerification | undefined {
  if (algorithm !== 'HS256') return { algorithm, jwksUrl };
  problems.push('JWT_ALGORITHM: HS256 does not fit a JWKS URL; published keys are no secrets');
  return undefined;
}

function withSecret(config: AuthConfig, secretPath: string | undefined): JwtVerification | undefined {
  const secret = config.jwtSecret ?? (secretPath === undefined ? undefined : readOrCreateSecret(secretPath));
  return secret && { algorithm: 'HS256', key: secret.reveal() };
}

function withPublicKey(pem: string, problems: string[]): JwtVerification | undefined {
  const algorithm = algorithmOf(pem);
  if (algorithm === undefined) {
    problems.push(
      `JWT_PUBLIC_KEY: expected a PEM public key, RSA of at least ${MIN_RSA_BITS} bits or EC on P-256`,
    );
    return undefined;
  }
  return { algorithm, key: pem };
}

function publicKeyText(config: AuthConfig, problems: string[]): string | undefined {
  if (config.jwtPublicKey !== undefined) return config.jwtPublicKey.replaceAll('\\n', '\n');
  if (config.jwtPublicKeyFile === undefined) return undefined;
  try {
    return readFileSync(config.jwtPublicKeyFile, 'utf8');
  } catch {
    problems.push(`JWT_PUBLIC_KEY_FILE: cannot read ${config.jwtPublicKeyFile}`);
    return undefined;
  }
}

function algorithmOf(pem: string): JwtAlgorithm | undefined {
  const key = readPublicKey(pem);
  const details = key?.asymmetricKeyDetails;
  if (key?.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return 'RS256';
  if (key?.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  return undefined;
}

/** A private key also has a public half, but does not belong into this setting. */
function readPublicKey(pem: string): KeyObject | undefined {
  if (pem.includes('PRIVATE KEY')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../platform/config/load-config';
import { AuthConfig } from './auth.config';
import { resolveJwtVerification, type JwtVerification } from './jwt-verification';

const SECRET = 'a shared secret of at least thirty-two characters';
const PEM = { type: 'spki', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPem = rsa.publicKey.export(PEM).toString();
const ecPem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(PEM).toString();

function resolve(
  raw: Record<string, string>,
  secretPath?: string,
): { found: JwtVerification | undefined; problems: string[] } {
  const problems: string[] = [];
  const config = loadConfig([AuthConfig], raw).get(AuthConfig);
  return { found: resolveJwtVerification(config, secretPath, problems), problems };
}

describe('resolveJwtVerification', () => {
  it('pins the algorithm by the kind of the key', () => {
    expect(resolve({ JWT_SECRET: SECRET }).found).toEqual({ algorithm: 'HS256', key: SECRET });
    expect(resolve({ JWT_PUBLIC_KEY: rsaPem }).found?.algorithm).toBe('RS256');
    expect(resolve({ JWT_PUBLIC_KEY: ecPem.replaceAll('\n', '\\n') }).found).toEqual({
      algorithm: 'ES256',
      key: ecPem,
    });
  });

  it.each([
    [{}, 'is required'],
    [{ JWT_SECRET: SECRET, JWT_PUBLIC_KEY: rsaPem }, 'not several'],
    [{ JWT_SECRET: SECRET, JWT_JWKS_URL: 'https://id.example.com/jwks' }, 'not several'],
    [{ JWT_JWKS_URL: 'https://id.example.com/jwks', JWT_ALGORITHM: 'HS256' }, 'does not fit a JWKS URL'],
    [{ JWT_SECRET: SECRET, JWT_ALGORITHM: 'RS256' }, 'JWT_ALGORITHM: RS256 does not fit'],
    [{ JWT_PUBLIC_KEY: rsaPem, JWT_ALGORITHM: 'HS256' }, 'JWT_ALGORITHM: HS256 does not fit'],
    [{ JWT_PUBLIC_KEY: rsaPem, JWT_ALGORITHM: 'ES256' }, 'JWT_ALGORITHM: ES256 does not fit'],
    [{ JWT_PUBLIC_KEY: 'no key' }, 'expected a PEM public key'],
    [
      { JWT_PUBLIC_KEY: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      'expected a PEM public key',
    ],
    [
      {
        JWT_PUBLIC_KEY: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export(PEM).toString(),
      },
      '2048 bits',
    ],
    [{ JWT_PUBLIC_KEY_FILE: '/nowhere/key.pem' }, 'JWT_PUBLIC_KEY_FILE: cannot read'],
  ])('reports a configuration that cannot work', (raw, problem) => {
    const { found, problems } = resolve(raw);

    expect(found).toBeUndefined();
    expect(problems.join()).toContain(problem);
  });

  it('refuses a short secret at once', () => {
    expect(() => resolve({ JWT_SECRET: 'short' })).toThrow(/JWT_SECRET/);
  });

  it('generates a secret once, readable by nobody else, and reads a key file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mm-jwt-'));
    const path = join(folder, 'secrets', 'jwt-secret');
    const file = join(folder, 'key.pem');
    writeFileSync(file, ecPem);

    const first = resolve({}, path);
    const second = resolve({}, path);
    const fromFile = resolve({ JWT_PUBLIC_KEY_FILE: file });
    const mode = statSync(path).mode & 0o777;
    rmSync(folder, { recursive: true });

    expect(first.found && 'key' in first.found && first.found.key.length).toBeGreaterThanOrEqual(64);
    expect(second).toEqual(first);
    expect(mode).toBe(0o600);
    expect(fromFile.found?.algorithm).toBe('ES256');
  });
});

import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from './secret';

const SECRET_BYTES = 48;

/** The secret kept in this file; generated at the first call. Only the owner of the process can read the file. */
export function readOrCreateSecret(path: string): Secret {
  const known = readText(path);
  if (known !== undefined) return new Secret(known);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writePrivateFile(draft, randomBytes(SECRET_BYTES).toString('base64url'));
  linkUnlessThere(draft, path);
  rmSync(draft);
  return new Secret(readFileSync(path, 'utf8').trim());
}

/** Writes a file with mode 0600, also when a file with wider rights was there. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
}

/** Text of the file without surrounding space; undefined when there is no file or nothing in it. */
export function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A link appears with its whole content, so that two processes starting at once agree on one secret. */
function linkUnlessThere(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

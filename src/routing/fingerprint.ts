import { createHash } from 'node:crypto';

/** Short fingerprint of a settings object, so that decisions made under other settings can be told apart. */
export function fingerprintOf(settings: object): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8);
}

import { hash } from 'node:crypto';
import { networkOf } from '../../common/network-of';
import { isJsonObject, type JsonObject } from '../../common/json';

const REMOVED = '[removed]';
const SECRET_NAME =
  /^key$|password|passphrase|secret|pepper|salt$|token$|authorization$|cookie$|credentials?$|(?:api|private|signing|encryption)_?key$|key_?hash$/i;
const SECRET_VALUE = /^(?:mm_|sk-)[\w-]{12,}/;
const ADDRESS_NAME = /(?:^|_)(?:network|address|ip)$/i;
const EMAIL = /^[^@]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/;
const MAX_DEPTH = 12;
const MAX_BYTES = 64 * 1024;
/** Of networks that stand in an event's data: coarse enough to point at nobody. */
const COARSE = { v4Bits: 24, v6Bits: 48 };

/**
 * What of an event's before, after and details may be kept for ever, inside the hashed part of the trail: no
 * secret, no e-mail address, no exact network address. Values that the database would refuse or change (NUL, half
 * a surrogate pair, -0) are made harmless, so that what is read back hashes as what was written.
 */
export function cleanAuditData(data: JsonObject): JsonObject {
  const cleaned = cleanObject(data, 0);
  const text = JSON.stringify(cleaned);
  if (text.length <= MAX_BYTES) return cleaned;
  return { too_large: true, characters: text.length, sha256: hash('sha256', text) };
}

/** Text the database takes and gives back unchanged. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function cleanObject(value: JsonObject, depth: number): JsonObject {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.map(([name, member]) => [cleanText(name), cleanMember(name, member, depth + 1)]),
  );
}

function cleanMember(name: string, value: unknown, depth: number): unknown {
  if (SECRET_NAME.test(name) && value !== null && typeof value !== 'boolean') return REMOVED;
  if (ADDRESS_NAME.test(name) && typeof value === 'string') return networkOf(value.split('/')[0], COARSE);
  return cleanValue(value, depth);
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanString(value);
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : 0;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'boolean' || value === null) return value;
  if (depth > MAX_DEPTH) return REMOVED;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Set) return [...value].map((item) => cleanValue(item, depth + 1));
  if (Array.isArray(value)) return value.map((item: unknown) => cleanValue(item, depth + 1));
  return isJsonObject(value) ? cleanObject(value, depth) : null;
}

function cleanString(text: string): string {
  if (SECRET_VALUE.test(text)) return REMOVED;
  const clean = cleanText(text);
  if (!clean.includes('@')) return clean;
  return clean
    .split(' ')
    .map((word) => (EMAIL.test(word) ? '[e-mail]' : word))
    .join(' ');
}

import { parseRole, type Role } from '../access/permissions';
import { isJsonObject, parseJson } from '../common/json';
import { Secret } from '../platform/config/secret';
import type { SettingType } from '../platform/config/setting-types';
import { looksLikeJwt } from './credential';

/** An API key given by configuration. */
export interface StaticKey {
  readonly key: Secret;
  /** Slug of the organization it belongs to; made at start when it does not exist. */
  readonly tenant: string;
  readonly role: Role;
}

const MEMBERS = new Set(['key', 'tenant', 'role']);
const TENANT_SLUG = /^(?!org_)[a-z0-9][a-z0-9_-]{0,62}$/;
const MAX_KEY_LENGTH = 512;

/** Comma list of keys, or a JSON array of keys and `{key, tenant?, role?}` objects. Messages never contain a key. */
export function staticKeys(): SettingType<readonly StaticKey[]> {
  return {
    label: 'keys as comma list or JSON array of keys and {key, tenant?, role?}',
    parse(text) {
      const keys = entriesOf(text).map(readEntry);
      const texts = new Set(keys.map(({ key }) => key.reveal()));
      if (texts.size < keys.length) throw new Error('the same key is listed twice');
      return keys;
    },
    format: (keys) => (keys.length === 0 ? '' : '***'),
  };
}

function entriesOf(text: string): readonly unknown[] {
  if (!/^\s*[[{]/.test(text)) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  const parsed = parseJson(text);
  if (isJsonObject(parsed)) return [parsed];
  if (!Array.isArray(parsed)) throw new Error('expected a comma list or a JSON array');
  return parsed;
}

function readEntry(entry: unknown, index: number): StaticKey {
  if (typeof entry === 'string') return { key: readKey(entry, index), tenant: 'default', role: 'developer' };
  if (!isJsonObject(entry)) throw new Error(`entry ${index + 1} is neither a key nor an object`);
  const unknownMember = Object.keys(entry).find((name) => !MEMBERS.has(name));
  if (unknownMember !== undefined) throw new Error(`entry ${index + 1} has an unknown member`);
  const role = parseRole(entry['role'] ?? 'developer');
  if (role === undefined) throw new Error(`entry ${index + 1} has an unknown role`);
  const tenant = entry['tenant'] ?? 'default';
  if (typeof tenant !== 'string' || !TENANT_SLUG.test(tenant)) {
    throw new Error(`the tenant of entry ${index + 1} must be lower-case letters, digits, - and _`);
  }
  return { key: readKey(entry['key'], index), tenant, role };
}

function readKey(value: unknown, index: number): Secret {
  const problem = keyProblem(value);
  if (typeof value !== 'string' || problem !== undefined)
    throw new Error(`entry ${index + 1} ${problem ?? 'has no key'}`);
  return new Secret(value);
}

function keyProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'has no key';
  if (value.length > MAX_KEY_LENGTH) return `is longer than ${MAX_KEY_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(value)) return 'has characters that no HTTP header can carry';
  if (looksLikeJwt(value)) return 'has the form of a JWT (three parts), which is never taken as a key';
  return undefined;
}

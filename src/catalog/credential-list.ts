import { isJsonObject, parseJson } from '../common/json';
import { Secret } from '../platform/config/secret';
import type { SettingType } from '../platform/config/setting-types';

/** One key of a vendor and how large its share of the calls is, compared with the vendor's other keys. */
export interface WeightedKey {
  readonly key: Secret;
  readonly weight: number;
}

/** For settings that are found by the name of their vendor, whose type the compiler cannot know. */
export function isWeightedKey(value: unknown): value is WeightedKey {
  return isJsonObject(value) && value['key'] instanceof Secret && typeof value['weight'] === 'number';
}

const EXPECTED = 'expected a JSON list such as [{"key": "…", "weight": 2}], weights being integers 1–1000';
const MAX_KEYS = 64;
const HEADER_TEXT = /^[\x21-\x7e]{1,4096}$/;

/** Several keys of one vendor; a refused value is never quoted. A plain text in the list has weight 1. */
export function credentialList(): SettingType<readonly WeightedKey[]> {
  return {
    label: 'JSON list of keys with weights',
    parse: (text) => readCredentialList(parseJson(text)),
    format: () => '***',
  };
}

/** Several keys out of configured JSON; throws a text that quotes no key. */
export function readCredentialList(parsed: unknown): readonly WeightedKey[] {
  if (!Array.isArray(parsed) || parsed.length === 0) throw new Error(EXPECTED);
  if (parsed.length > MAX_KEYS) throw new Error(`expected at most ${MAX_KEYS} keys`);
  return parsed.map((entry: unknown) => readKey(entry));
}

function readKey(entry: unknown): WeightedKey {
  const fields = typeof entry === 'string' ? { key: entry } : entry;
  if (!isJsonObject(fields)) throw new Error(EXPECTED);
  const { key, weight = 1, ...others } = fields;
  if (Object.keys(others).length > 0) throw new Error(EXPECTED);
  if (typeof key !== 'string' || !HEADER_TEXT.test(key)) throw new Error(EXPECTED);
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 1 || weight > 1_000)
    throw new Error(EXPECTED);
  return { key: new Secret(key), weight };
}

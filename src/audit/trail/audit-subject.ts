import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../common/json';
import { isJsonObject } from '../../common/json';

const PSEUDONYM_CHARACTERS = 32;
const USER_ID = /^usr_[0-9a-z]{26}$/;

/**
 * The name under which a user stands in the trail of an organization: made from the id and a random secret of its
 * own, so that the pair (id, secret) proves the link, nobody can forge another, and deleting it ends the link for ever.
 */
export function subjectOf(secret: string, userId: string): string {
  return `sub_${createHmac('sha256', secret).update(userId).digest('hex').slice(0, PSEUDONYM_CHARACTERS)}`;
}

/** Every user id that stands anywhere in the value. */
export function userIdsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') {
    if (USER_ID.test(value)) found.add(value);
  } else if (Array.isArray(value)) value.forEach((item) => userIdsIn(item, found));
  else if (isJsonObject(value)) Object.values(value).forEach((item) => userIdsIn(item, found));
  return found;
}

/** The same data with pseudonyms in place of user ids. */
export function withSubjects(data: JsonObject, subjects: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, replace(value, subjects)]));
}

function replace(value: unknown, subjects: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return subjects.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item: unknown) => replace(item, subjects));
  return isJsonObject(value) ? withSubjects(value, subjects) : value;
}

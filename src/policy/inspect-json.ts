import { isJsonObject, type JsonObject } from '../common/json';
import type { Steps } from '../common/steps';
import type { ChatRole } from '../llm/chat-request';
import { LONG_TEXT } from './rules/policy-rule';

/** Values nested deeper are not looked into but taken out: nothing uninspected reaches a vendor. */
const DEEPEST = 200;
const TAKEN_OUT = '[REMOVED]';

/** What is done with the strings and numbers of a JSON value; undefined leaves them. */
export interface ScalarInspection {
  scalar(value: string, key: string | undefined, role: ChatRole): string | undefined;
  scalarInSteps(value: string, key: string | undefined, role: ChatRole): Steps<string | undefined>;
  isStepOver(): boolean;
}

/** Inspects every string of a JSON object; returns the same object when nothing was found. */
export function* inspectJsonObject(
  value: JsonObject,
  inspection: ScalarInspection,
  role: ChatRole,
): Steps<JsonObject> {
  const seen = yield* inspectMembers(value, { inspection, role, depth: 0 });
  return isJsonObject(seen) ? seen : value;
}

interface Place {
  readonly inspection: ScalarInspection;
  readonly role: ChatRole;
  readonly depth: number;
}

function* inspectArray(items: readonly unknown[], place: Place): Steps<unknown> {
  const inner = { ...place, depth: place.depth + 1 };
  let seen: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const value = isBig(item)
      ? yield* inspectBig(item, undefined, inner)
      : inspectSmall(item, undefined, place);
    if (value !== item) (seen ??= [...items])[i] = value;
    if (place.inspection.isStepOver()) yield;
  }
  return seen ?? items;
}

function* inspectMembers(object: JsonObject, place: Place): Steps<unknown> {
  const inner = { ...place, depth: place.depth + 1 };
  let seen: Map<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const member = object[key];
    const value = isBig(member) ? yield* inspectBig(member, key, inner) : inspectSmall(member, key, place);
    if (value !== member) (seen ??= new Map(Object.entries(object))).set(key, value);
    if (place.inspection.isStepOver()) yield;
  }
  return seen === undefined ? object : Object.fromEntries(seen);
}

/** Containers and long texts; everything else is done without a generator of its own. */
function isBig(value: unknown): value is object | string {
  return typeof value === 'string' ? value.length > LONG_TEXT : typeof value === 'object' && value !== null;
}

function* inspectBig(value: object | string, key: string | undefined, place: Place): Steps<unknown> {
  if (typeof value === 'string')
    return (yield* place.inspection.scalarInSteps(value, key, place.role)) ?? value;
  if (place.depth >= DEEPEST) return TAKEN_OUT;
  if (Array.isArray(value)) return yield* inspectArray(value, place);
  return isJsonObject(value) ? yield* inspectMembers(value, place) : value;
}

function inspectSmall(value: unknown, key: string | undefined, { inspection, role }: Place): unknown {
  if (typeof value === 'string') return inspection.scalar(value, key, role) ?? value;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return value;
  return inspection.scalar(String(value), key, role) ?? value;
}

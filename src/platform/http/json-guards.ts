import { isJsonObject } from '../../common/json';

const PROTO = '__proto__';
/** An ASCII character written as an escape, which is how a plain search would be passed by. */
const ASCII_ESCAPE = '\\u00';
const OPENING = ['[', '{'];

/** True when arrays and objects nest deeper than `maxDepth`; linear, and nearly free for texts with few brackets. */
export function nestsDeeperThan(json: string, maxDepth: number): boolean {
  return hasMoreBracketsThan(json, maxDepth) && scanDepth(json, maxDepth);
}

function hasMoreBracketsThan(json: string, limit: number): boolean {
  let count = 0;
  for (const bracket of OPENING) {
    for (let at = json.indexOf(bracket); at >= 0; at = json.indexOf(bracket, at + 1)) {
      if (++count > limit) return true;
    }
  }
  return false;
}

function scanDepth(json: string, maxDepth: number): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '"') i = endOfString(json, i);
    else if (character === '[' || character === '{') {
      if (++depth > maxDepth) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
}

/** Index of the quote that ends a string: the next one with an even number of backslashes before it. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end < 0 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/**
 * True when a parsed value has a member called `__proto__` anywhere. JSON.parse makes it an ordinary
 * member, but a later copy by assignment would change the prototype.
 */
export function hasProtoMember(text: string, value: unknown): boolean {
  const suspicious = text.includes(PROTO) || text.includes(ASCII_ESCAPE);
  return suspicious && findProtoMember(value);
}

function findProtoMember(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(findProtoMember);
  if (!isJsonObject(value)) return false;
  return Object.hasOwn(value, PROTO) || Object.values(value).some(findProtoMember);
}

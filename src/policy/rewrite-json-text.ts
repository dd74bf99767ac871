import { parseJson } from '../common/json';
import type { Steps } from '../common/steps';
import { TextBuilder } from '../common/text-builder';
import { isJsonDocument } from './json-check';
import { LONG_TEXT } from './rules/policy-rule';

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const STEP_CHARACTERS = 16_384;

/** Gives the replacement of a decoded string or number, or undefined to leave it. `key` is the member's name, when it has one. */
export type RewriteScalar = (value: string, key: string | undefined) => Steps<string | undefined>;

/**
 * Rewrites strings, keys and numbers inside JSON text and leaves every other byte as it is. The result
 * is JSON again: a replaced number becomes a string. Returns undefined when the text is no JSON document.
 */
export function* rewriteJsonText(text: string, rewrite: RewriteScalar): Steps<string | undefined> {
  if (!beginsLikeJson(text)) return undefined;
  const isJson = text.length > LONG_TEXT ? yield* isJsonDocument(text) : parseJson(text) !== undefined;
  if (!isJson) return undefined;
  const output = new TextBuilder();
  let copied = 0;
  let pauseAt = STEP_CHARACTERS;
  let key: string | undefined;
  for (let i = 0; i < text.length;) {
    if (i >= pauseAt) {
      pauseAt = i + STEP_CHARACTERS;
      yield;
    }
    const code = text.charCodeAt(i);
    if (!beginsScalar(code)) {
      if (code === COMMA || code === 123) key = undefined;
      i++;
      continue;
    }
    const end = code === QUOTE ? yield* endOfString(text, i) : endOfNumber(text, i);
    const value = code === QUOTE ? yield* decode(text, i + 1, end - 1) : text.slice(i, end);
    const isKey = code === QUOTE && isFollowedByColon(text, end);
    const replacement = yield* rewrite(value, isKey ? undefined : key);
    if (isKey) key = value;
    if (replacement !== undefined) {
      output.add(text.slice(copied, i));
      yield* addQuoted(output, replacement);
      copied = end;
    }
    i = end;
  }
  if (copied === 0) return text;
  output.add(text.slice(copied));
  return output.toString();
}

function beginsLikeJson(text: string): boolean {
  let i = 0;
  while (i < text.length && isSpace(text.charCodeAt(i))) i++;
  const first = text.charCodeAt(i);
  return first === QUOTE || first === 91 || first === 123;
}

function beginsScalar(code: number): boolean {
  return code === QUOTE || code === 45 || (code >= 48 && code <= 57);
}

/** Position behind the closing quote of the string that begins here. */
function* endOfString(text: string, start: number): Steps<number> {
  let pauseAt = start + STEP_CHARACTERS;
  let i = start + 1;
  for (; text.charCodeAt(i) !== QUOTE; i += text.charCodeAt(i) === BACKSLASH ? 2 : 1) {
    if (i < pauseAt) continue;
    pauseAt = i + STEP_CHARACTERS;
    yield;
  }
  return i + 1;
}

function endOfNumber(text: string, start: number): number {
  let i = start;
  while (i < text.length && '0123456789+-.eE'.includes(text.charAt(i))) i++;
  return i;
}

/** The characters between two quotes. Long strings are decoded in parts that do not cut an escape in two. */
function* decode(text: string, start: number, end: number): Steps<string> {
  if (end - start <= STEP_CHARACTERS) return decodePart(text.slice(start, end));
  const decoded = new TextBuilder();
  let from = start;
  for (let i = start; i < end; i += escapeOrCharacter(text, i)) {
    if (i - from < STEP_CHARACTERS) continue;
    decoded.add(decodePart(text.slice(from, i)));
    from = i;
    yield;
  }
  decoded.add(decodePart(text.slice(from, end)));
  return decoded.toString();
}

function escapeOrCharacter(text: string, at: number): number {
  if (text.charCodeAt(at) !== BACKSLASH) return 1;
  return text.charAt(at + 1) === 'u' ? 6 : 2;
}

function decodePart(part: string): string {
  if (!part.includes('\\')) return part;
  const value = parseJson(`"${part}"`);
  return typeof value === 'string' ? value : part;
}

/** Writes a JSON string. Parts of long ones do not cut a surrogate pair in two, which would be written in another way. */
function* addQuoted(output: TextBuilder, value: string): Steps<void> {
  output.add('"');
  for (let from = 0; from < value.length;) {
    const end = Math.min(from + STEP_CHARACTERS, value.length);
    const isCutPair = end < value.length && (value.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    const to = isCutPair ? end - 1 : end;
    output.add(JSON.stringify(value.slice(from, to)).slice(1, -1));
    from = to;
    if (from < value.length) yield;
  }
  output.add('"');
}

function isFollowedByColon(text: string, end: number): boolean {
  let i = end;
  while (i < text.length && isSpace(text.charCodeAt(i))) i++;
  return text.charCodeAt(i) === COLON;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

import { isIPv6 } from 'node:net';
import { codeAt, isHexDigit, isWordCharacter } from './characters';
import { WordList } from './context-words';
import { gapOf, type NumberGroup } from './number-groups';
import type { PiiScan, PiiSpan } from './pii-detector';

const VERSION_WORDS = new WordList([
  'version',
  'v',
  'release',
  'ver',
  'oid',
  'build',
  'section',
  'upgraded',
  'firmware',
  'chapter',
  'driver',
  'package',
  'upgrade',
  'patch',
]);
const LONGEST_IPV6 = 45;
/** A longer row of colons and digits is taken in pieces. */
const LONGEST_TOKEN = 4096;
const COLON = 58;
const DOT = 46;
const DOT_GAP = gapOf('.');

/** IPv4 addresses: four numbers below 256 joined by dots, unless the words before call it a version. */
export function detectIpv4({ text, groups, context }: PiiScan): PiiSpan[] {
  const found: PiiSpan[] = [];
  for (let i = 0; i + 3 < groups.length; i++) {
    const last = groups[i + 3];
    if (last?.gap !== DOT_GAP || groups[i + 2]?.gap !== DOT_GAP || groups[i + 1]?.gap !== DOT_GAP) continue;
    const start = groups[i]?.start ?? 0;
    if (isTied(text, start, last.end) || !areOctets(text, groups, i)) continue;
    if (context.precedes(start, VERSION_WORDS, 16)) continue;
    found.push({ type: 'IPV4', start, end: last.end });
  }
  return found;
}

function areOctets(text: string, groups: PiiScan['groups'], first: number): boolean {
  for (let i = first; i < first + 4; i++) {
    const group = groups[i];
    if (!group || !isOctet(text, group)) return false;
  }
  return true;
}

function isOctet(text: string, { start, end }: NumberGroup): boolean {
  const hasLeadingZero = end - start > 1 && text.charCodeAt(start) === 48;
  if (end - start > 3 || hasLeadingZero) return false;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + text.charCodeAt(i) - 48;
  return value <= 255;
}

function isTied(text: string, start: number, end: number): boolean {
  const before = codeAt(text, start - 1);
  if (
    isWordCharacter(before) ||
    before === DOT ||
    (before === 45 && isWordCharacter(codeAt(text, start - 2)))
  )
    return true;
  const after = codeAt(text, end);
  return (
    isWordCharacter(after) ||
    (after === DOT && isWordCharacter(codeAt(text, end + 1))) ||
    (after === 45 && isWordCharacter(codeAt(text, end + 1)))
  );
}

/** IPv6 addresses: what the standard library accepts, minus what source code and clocks look like. */
export function detectIpv6({ text, start: first, end: last, from: earlier }: PiiScan): PiiSpan[] {
  const found: PiiSpan[] = [];
  let from = Math.max(earlier, first - 2 * LONGEST_IPV6);
  let colon = text.indexOf(':', Math.max(earlier, first));
  while (colon >= 0 && colon < last) {
    const { start, end, colons } = tokenAround(text, colon, from);
    from = end;
    if (colons >= 2 && end - start <= LONGEST_IPV6 && !isTouched(text, start, end)) {
      const trimmed = trimEnd(text, start, end);
      if (isAddress(text.slice(start, trimmed))) found.push({ type: 'IPV6', start, end: trimmed });
    }
    colon = text.indexOf(':', Math.max(from, colon + 1));
  }
  return found;
}

function isTouched(text: string, start: number, end: number): boolean {
  const before = codeAt(text, start - 1);
  return isWordCharacter(before) || belongs(before) || isWordCharacter(codeAt(text, end));
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly colons: number;
}

function tokenAround(text: string, colon: number, from: number): Token {
  let start = colon;
  while (start > from && belongs(codeAt(text, start - 1))) start--;
  const limit = Math.min(text.length, colon + LONGEST_TOKEN);
  let colons = 1;
  let end = colon + 1;
  for (; end < limit && belongs(text.charCodeAt(end)); end++) if (text.charCodeAt(end) === COLON) colons++;
  return { start, end, colons };
}

function belongs(code: number): boolean {
  return isHexDigit(code) || code === COLON || code === DOT;
}

function trimEnd(text: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && codeAt(text, trimmed - 1) === DOT) trimmed--;
  if (codeAt(text, trimmed - 1) === COLON && codeAt(text, trimmed - 2) !== COLON) trimmed--;
  return trimmed;
}

function isAddress(token: string): boolean {
  if (!isIPv6(token)) return false;
  const parts = token.split(':').filter((part) => part !== '');
  if (parts.length < 2 || !/\d/.test(token)) return token === '::1';
  // Two-digit parts only: a MAC address, an EUI-64 or a clock.
  return parts.some((part) => part.length > 2) || parts.length < 5;
}

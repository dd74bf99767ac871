import {
  ADDRESS_CONTEXT,
  ADDRESS_WORDS,
  CONNECTOR,
  ENDING,
  isA,
  LONG_ENDING,
  LOOSE_SUFFIX,
  PREFIX,
  SHORT_STREET,
  STREET_ENDINGS,
  SUFFIX,
  UNIT,
} from './address-words';
import { codeAt, isDigit, isLetter, isUpper, isWordCharacter } from './characters';
import type { NumberGroup } from './number-groups';
import type { PiiScan, PiiSpan } from './pii-detector';

const MOST_STREET_WORDS = 6;
const MOST_TAIL_WORDS = 12;
const LONGEST_HOUSE_NUMBER = 6;
const LONGEST_WORD = 40;
const COMMA = 44;
const DOT = 46;

interface Word {
  readonly start: number;
  readonly end: number;
  readonly isName: boolean;
  readonly isNumber: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Postal addresses around a house number and a street word, with the town, code and country behind them. Numbers alone are never an address. */
export function detectAddress(scan: PiiScan): PiiSpan[] {
  const { text, groups } = scan;
  const found: PiiSpan[] = [];
  let { from } = scan;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    if (!group || group.start < from || group.end - group.start > LONGEST_HOUSE_NUMBER) continue;
    if (isAmongNumbers(groups, i)) continue;
    const street = postBox(text, group) ?? streetAfter(scan, group) ?? streetBefore(text, group, from);
    if (!street || street.start < from) continue;
    const end = endOfTail(text, street.end);
    found.push({ type: 'ADDRESS', start: street.start, end });
    from = end;
  }
  return found;
}

/** Two numbers before and two behind leave no room for a name: a quick answer for tables and lists. */
function isAmongNumbers(groups: readonly NumberGroup[], i: number): boolean {
  return isTied(groups[i - 1]) && isTied(groups[i]) && isTied(groups[i + 1]) && isTied(groups[i + 2]);
}

function isTied(group: NumberGroup | undefined): boolean {
  return group !== undefined && group.gap !== 0;
}

function postBox(text: string, { start, end }: NumberGroup): Range | undefined {
  // Every form ends in a letter of these and a space.
  if (codeAt(text, start - 1) !== 32 || !'xXhHcC'.includes(text.charAt(start - 2))) return undefined;
  const before = text.slice(Math.max(0, start - 17), start).toLowerCase();
  for (const form of [
    'p.o. box ',
    'po box ',
    'p.o.box ',
    'p o box ',
    'postfach ',
    'post office box ',
    'psc ',
  ]) {
    if (before.endsWith(form)) return { start: start - form.length, end };
  }
  return undefined;
}

/** `12B Oak Lane`, `42nd Street`, `12 rue de Rivoli` */
function streetAfter(scan: PiiScan, group: NumberGroup): Range | undefined {
  const { text } = scan;
  const before = codeAt(text, group.start - 1);
  if (isWordCharacter(before) || before === DOT || before === 36 || before === 45) return undefined;
  let at =
    isLetter(codeAt(text, group.end)) && !isWordCharacter(codeAt(text, group.end + 1))
      ? group.end + 1
      : group.end;
  if (codeAt(text, at) === COMMA) at++;
  let names = 0;
  for (let i = 0; i < MOST_STREET_WORDS; i++) {
    const start = skipGap(text, at, 2);
    const end = endOfWord(text, start);
    if (end === start) break;
    const first = text.charCodeAt(start);
    const kind = isDigit(first) ? 0 : ADDRESS_WORDS.maskOfWord(text, start, end);
    const isName = isCapital(first);
    if (i === 0 && isA(kind, PREFIX)) return nameAfterPrefix(text, group.start, end);
    if (names > 0 && isName && isStreetEnd(scan, group, { start, end, kind }))
      return { start: group.start, end: withDot(text, end) };
    if (names > 0 && isName && isA(kind, UNIT) && isDigit(codeAt(text, skipGap(text, end, 2))))
      return { start: group.start, end: at };
    if (!isName && !isDigit(first) && !(i > 0 && isA(kind, CONNECTOR))) break;
    if (isName) names++;
    else if (i > 0 && names === 0) break;
    at = end;
    if (names > 0 && codeAt(text, at) === COMMA) break;
  }
  // "located at 14 Skogstien, …": the words before say that it is an address.
  return names > 0 && scan.context.precedes(group.start, ADDRESS_CONTEXT, 24)
    ? { start: group.start, end: at }
    : undefined;
}

function isStreetEnd(scan: PiiScan, group: NumberGroup, word: Range & { readonly kind: number }): boolean {
  if (isA(word.kind, SUFFIX) || hasEnding(scan.text, word, LONG_ENDING)) return true;
  return isA(word.kind, LOOSE_SUFFIX) && isLikely(scan, group, word.end);
}

/** A street called `Drive` or `Place` must come with more: a town behind, words before, or a number nobody would count to. */
function isLikely({ text, context }: PiiScan, group: NumberGroup, end: number): boolean {
  if (group.end - group.start >= 3) return true;
  const next = nextWord(text, codeAt(text, end) === COMMA ? end + 1 : end, 2);
  const hasTown = codeAt(text, end) === COMMA && next?.isName === true;
  return hasTown || context.precedes(group.start, ADDRESS_CONTEXT, 24);
}

function nameAfterPrefix(text: string, start: number, at: number): Range | undefined {
  let end = withDot(text, at);
  let hasName = false;
  for (let i = 0; i < MOST_STREET_WORDS; i++) {
    const word = nextWord(text, end, 2);
    if (!word || !(word.isName || isConnector(text, word))) break;
    end = word.end;
    hasName ||= word.isName;
    if (codeAt(text, end) === COMMA) break;
  }
  return hasName ? { start, end } : undefined;
}

/** `Hauptstraße 12`, `Calle Mayor 5`, `ul. Długa 7/3` */
function streetBefore(text: string, group: NumberGroup, from: number): Range | undefined {
  if (isWordCharacter(codeAt(text, group.start - 1))) return undefined;
  let end = group.end;
  if (isLetter(codeAt(text, end)) && !isWordCharacter(codeAt(text, end + 1))) end++;
  if (isWordCharacter(codeAt(text, end)) || codeAt(text, end) === 37) return undefined;
  let at = group.start;
  for (let i = 0; i < MOST_STREET_WORDS; i++) {
    const wordEnd = skipGapBefore(text, at, from);
    const start = startOfWord(text, wordEnd, from);
    if (start === wordEnd || wordEnd === at) return undefined;
    const first = text.charCodeAt(start);
    const kind = isDigit(first) ? 0 : ADDRESS_WORDS.maskOfWord(text, start, wordEnd);
    const isName = isCapital(first);
    if (i === 0 && isName && isA(kind, SHORT_STREET)) return { start: startOfName(text, start, from), end };
    if (i === 0 && isName && hasEnding(text, { start, end: wordEnd }, ENDING)) return { start, end };
    if (i > 0 && isA(kind, PREFIX) && (isName || wordEnd - start > 2)) return { start, end };
    if (!isName && !isA(kind, CONNECTOR)) return undefined;
    at = start;
  }
  return undefined;
}

/** True for a compound that ends like a street: `Hauptstraße`. */
function hasEnding(text: string, { start, end }: Range, kind: number): boolean {
  let node = 0;
  for (let i = end - 1; i > start + 2; i--) {
    node = STREET_ENDINGS.step(node, text.charCodeAt(i));
    if (node === 0) return false;
    if (isA(STREET_ENDINGS.maskOf(node), kind)) return true;
  }
  return false;
}

/** `Berliner Str. 5`: the name stands before. */
function startOfName(text: string, streetStart: number, from: number): number {
  const end = skipGapBefore(text, streetStart, from);
  const start = startOfWord(text, end, from);
  const isName = end < streetStart && start < end && isCapital(text.charCodeAt(start));
  return isName ? start : streetStart;
}

/** Follows units, towns, codes and countries: names and numbers joined by commas, line breaks or single spaces. */
function endOfTail(text: string, streetEnd: number): number {
  let end = streetEnd;
  let separated = false;
  let afterPart = false;
  for (let i = 0; i < MOST_TAIL_WORDS; i++) {
    const word = nextWord(text, end, 4);
    if (!word) break;
    const gap = text.slice(end, word.start);
    if (gap.includes('.') && !separated && !afterPart && i > 0 && !gap.startsWith('.,')) break;
    separated ||= gap.includes(',') || gap.includes('\n');
    const kind = ADDRESS_WORDS.maskOfWord(text, word.start, word.end);
    const isPart = isA(kind, UNIT) || gap.includes('#');
    const isJoining = isA(kind, CONNECTOR) && nextWord(text, word.end, 1)?.isName === true;
    if (!isPart && !word.isNumber && !(word.isName && separated) && !isJoining) break;
    if (word.isNumber && !separated && !isPart && i > 3) break;
    end = word.end;
    afterPart = isPart;
  }
  return end;
}

function isConnector(text: string, word: Word): boolean {
  return isA(ADDRESS_WORDS.maskOfWord(text, word.start, word.end), CONNECTOR);
}

function withDot(text: string, end: number): number {
  return codeAt(text, end) === DOT && (codeAt(text, end + 1) === COMMA || codeAt(text, end + 1) === 32)
    ? end + 1
    : end;
}

/** The word after at most `reach` characters of space and light punctuation. */
function nextWord(text: string, at: number, reach: number): Word | undefined {
  const start = skipGap(text, at, reach);
  const end = endOfWord(text, start);
  if (end === start) return undefined;
  const first = text.charCodeAt(start);
  return { start, end, isName: isCapital(first), isNumber: isDigit(first) };
}

function skipGap(text: string, at: number, reach: number): number {
  const limit = Math.min(text.length, at + reach);
  let start = at;
  while (start < limit && isGap(text.charCodeAt(start))) start++;
  return start;
}

function endOfWord(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST_WORD);
  let end = start;
  while (end < limit && isNameCharacter(text, end)) end++;
  return end;
}

/** Before a word stand one or two spaces and dots. */
function skipGapBefore(text: string, at: number, from: number): number {
  let end = at;
  while (end > from && at - end < 2 && (codeAt(text, end - 1) === 32 || codeAt(text, end - 1) === DOT)) end--;
  return end;
}

function startOfWord(text: string, end: number, from: number): number {
  let start = end;
  while (start > from && end - start < LONGEST_WORD && isNameCharacter(text, start - 1)) start--;
  return start;
}

function isCapital(code: number): boolean {
  if (code < 128) return isUpper(code);
  const letter = String.fromCharCode(code);
  return letter !== letter.toLowerCase();
}

function isGap(code: number): boolean {
  return code === 32 || code === COMMA || code === 10 || code === 13 || code === DOT || code === 35;
}

function isNameCharacter(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (isWordCharacter(code)) return true;
  return (code === 39 || code === 45 || code === 0x2019) && isLetter(codeAt(text, index + 1));
}

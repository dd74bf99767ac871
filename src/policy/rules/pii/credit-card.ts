import { codeAt, isWordCharacter } from './characters';
import { gapOf } from './number-groups';
import type { PiiScan, PiiSpan } from './pii-detector';

const SHORTEST = 13;
const LONGEST = 19;
const SPACE = gapOf(' ');
const HYPHEN = gapOf('-');
const MOST_GROUPS = 5;

/** What a doubled digit counts. */
const LUHN_DOUBLES = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

/** A span and how many digits it has. */
interface Digits {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** Card numbers: an issuer's prefix and length, one kind of separator, a valid check digit. */
export function detectCreditCard({ text, groups }: PiiScan): PiiSpan[] {
  const found: PiiSpan[] = [];
  for (let first = 0; first < groups.length; first++) {
    const last = lastGroupOfCard(text, groups, first);
    if (last === undefined) continue;
    found.push({ type: 'CREDIT_CARD', start: groups[first]?.start ?? 0, end: groups[last]?.end ?? 0 });
    first = last;
  }
  return found;
}

function lastGroupOfCard(text: string, groups: PiiScan['groups'], first: number): number | undefined {
  const start = groups[first]?.start ?? 0;
  if (codeAt(text, start) < 49 || codeAt(text, start) > 54 || isTiedBefore(text, start)) return undefined;
  const separator = groups[first + 1]?.gap;
  let length = 0;
  for (let i = first; i < groups.length && i < first + MOST_GROUPS; i++) {
    const group = groups[i];
    if (!group) break;
    if (i > first && (group.gap !== separator || (separator !== SPACE && separator !== HYPHEN))) break;
    const size = group.end - group.start;
    length += size;
    if (length > LONGEST || (i === first && size > 6 && size < SHORTEST)) break;
    if (
      length >= SHORTEST &&
      !isTiedAfter(text, group.end) &&
      isCard(text, { start, end: group.end, length })
    )
      return i;
  }
  return undefined;
}

function isTiedBefore(text: string, start: number): boolean {
  const before = codeAt(text, start - 1);
  if (before === 43) return true;
  return (
    isWordCharacter(before) || ((before === 46 || before === 45) && isWordCharacter(codeAt(text, start - 2)))
  );
}

function isTiedAfter(text: string, end: number): boolean {
  const after = codeAt(text, end);
  return isWordCharacter(after) || ((after === 46 || after === 45) && isWordCharacter(codeAt(text, end + 1)));
}

function isCard(text: string, { start, end, length }: Digits): boolean {
  const four = leadingFour(text, start);
  return isIssued(four, length) && passesLuhn(text, start, end);
}

/** Separators stand between digits only, so skipping what is no digit is enough. */
function leadingFour(text: string, start: number): number {
  let value = 0;
  let count = 0;
  for (let i = start; count < 4; i++) {
    const digit = codeAt(text, i) - 48;
    if (digit < 0 || digit > 9) continue;
    value = value * 10 + digit;
    count++;
  }
  return value;
}

/** The check digit; all digits alike pass it and are nobody's. */
function passesLuhn(text: string, start: number, end: number): boolean {
  let sum = 0;
  let doubles = false;
  let areAlike = true;
  const last = codeAt(text, end - 1) - 48;
  for (let i = end - 1; i >= start; i--) {
    const digit = codeAt(text, i) - 48;
    if (digit < 0 || digit > 9) continue;
    if (digit !== last) areAlike = false;
    sum += doubles ? (LUHN_DOUBLES[digit] ?? 0) : digit;
    doubles = !doubles;
  }
  return sum % 10 === 0 && !areAlike;
}

function isIssued(four: number, length: number): boolean {
  const two = Math.floor(four / 100);
  const isFour = four >= 4000 && four < 5000;
  switch (length) {
    case 13:
      return isFour;
    case 14:
      return two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059);
    case 15:
      return two === 34 || two === 37 || four === 2131 || four === 1800;
    case 16:
      return isFour || isSixteenDigitIssuer(two, four);
    default:
      return length === 19 && (isFour || two === 62 || (four >= 3528 && four <= 3589) || four === 6011);
  }
}

function isSixteenDigitIssuer(two: number, four: number): boolean {
  if ((two >= 50 && two <= 58) || (four >= 2221 && four <= 2720)) return true;
  return two === 35 || two === 36 || (two >= 60 && two <= 69);
}

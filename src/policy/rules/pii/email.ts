import { codeAt, isDigit, isLetter, isWordCharacter, SignSet } from './characters';
import type { PiiScan, PiiSpan } from './pii-detector';

const LONGEST_LOCAL_PART = 64;
const LONGEST_DOMAIN = 255;
const LOCAL_SIGNS = new SignSet("._%+-'!#$&*/=^`{|}~");
/** Signs that may stand inside but also often stand before or after an address. */
const LOOSE_SIGNS = new SignSet("'`*/={|}!#$&^~.-");
const DOT = 46;
const HYPHEN = 45;

/** Mail addresses: looks left and right of every @ sign. */
export function detectEmail({ text, start: from, end: to }: PiiScan): PiiSpan[] {
  const found: PiiSpan[] = [];
  for (let at = text.indexOf('@', from); at >= 0 && at < to; at = text.indexOf('@', at + 1)) {
    const start = startOfLocalPart(text, at);
    if (start === at) continue;
    const end = endOfDomain(text, at);
    if (end !== undefined) found.push({ type: 'EMAIL', start, end });
  }
  return found;
}

function startOfLocalPart(text: string, at: number): number {
  let start = at;
  const limit = Math.max(0, at - LONGEST_LOCAL_PART);
  while (
    start > limit &&
    (isWordCharacter(codeAt(text, start - 1)) || LOCAL_SIGNS.has(codeAt(text, start - 1)))
  )
    start--;
  while (start < at && LOOSE_SIGNS.has(codeAt(text, start))) start++;
  return codeAt(text, at - 1) === DOT ? at : start;
}

/** End of a domain with at least one dot and a last label of letters. */
function endOfDomain(text: string, at: number): number | undefined {
  let end = at + 1;
  let labelStart = end;
  let lastGood: number | undefined;
  const limit = Math.min(text.length, at + LONGEST_DOMAIN);
  while (end < limit) {
    const code = codeAt(text, end);
    if (isDigit(code) || isLetter(code) || code === HYPHEN) {
      end++;
      if (labelStart > at + 1 && isTopLevel(text, labelStart, end)) lastGood = end;
    } else if (code === DOT && end > labelStart) {
      labelStart = ++end;
    } else break;
  }
  // A label that goes on in digits or hyphens ends the address before its dot.
  return lastGood !== undefined &&
    (lastGood === end || codeAt(text, end - 1) === DOT || labelStart > lastGood)
    ? lastGood
    : undefined;
}

function isTopLevel(text: string, start: number, end: number): boolean {
  if (end - start < 2 || end - start > 24) return false;
  for (let i = start; i < end; i++) if (!isLetter(codeAt(text, i))) return text.startsWith('xn--', start);
  return true;
}

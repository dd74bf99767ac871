import { isOneDigitRepeated } from './checksums';
import { codeAt, isWordCharacter } from './characters';
import { WordList } from './context-words';
import { digitsOf, gapLength, gapOf } from './number-groups';
import type { PiiScan, PiiSpan } from './pii-detector';

const CONTEXT = new WordList([
  'ssn',
  'social security',
  'social security number',
  'ssns',
  'soc sec',
  'ss#',
  'social',
]);
const REACH = 60;
/** What people write to try things out. It was never issued, so alone it is any number; called an SSN it is meant as one. */
const SAMPLE = '123456789';
const HYPHEN = gapOf('-');
const SLASH = gapOf('/');

/** US social security numbers: 3-2-4 with hyphens, or other forms when the words before say so; never-issued ranges are left alone. */
export function detectUsSsn(scan: PiiScan): PiiSpan[] {
  const { text, groups } = scan;
  const found: PiiSpan[] = [];
  for (let i = 0; i < groups.length; i++) {
    const start = groups[i]?.start ?? 0;
    const end = endOfSsn(scan, i);
    if (end === undefined || isTied(text, start, end)) continue;
    const digits = digitsOf(text, start, end);
    if (isIssued(digits) || (digits === SAMPLE && scan.context.precedes(start, CONTEXT, REACH)))
      found.push({ type: 'US_SSN', start, end });
  }
  return found;
}

function endOfSsn({ groups, context }: PiiScan, i: number): number | undefined {
  const first = groups[i];
  const size = first ? first.end - first.start : 0;
  if (!first || (size !== 9 && size !== 3)) return undefined;
  if (size === 9) return context.precedes(first.start, CONTEXT, REACH) ? first.end : undefined;
  const second = groups[i + 1];
  const third = groups[i + 2];
  if (!second || !third || second.end - second.start !== 2 || third.end - third.start !== 4) return undefined;
  if (second.gap !== third.gap || gapLength(second.gap) !== 1) return undefined;
  if (second.gap === HYPHEN) return third.end;
  return second.gap !== SLASH && context.precedes(first.start, CONTEXT, REACH) ? third.end : undefined;
}

function isTied(text: string, start: number, end: number): boolean {
  const before = codeAt(text, start - 1);
  const after = codeAt(text, end);
  if (isWordCharacter(before) || isWordCharacter(after)) return true;
  if ((before === 45 || before === 46) && isWordCharacter(codeAt(text, start - 2))) return true;
  return after === 45 && isWordCharacter(codeAt(text, end + 1));
}

function isIssued(digits: string): boolean {
  const area = Number(digits.slice(0, 3));
  if (area === 0 || area === 666 || area >= 900) return false;
  if (digits.slice(3, 5) === '00' || digits.slice(5) === '0000') return false;
  return digits !== SAMPLE && !isOneDigitRepeated(digits);
}

import { codeAt, isWordCharacter } from './characters';
import { WordList } from './context-words';
import { gapIncludes, gapOf, type NumberGroup } from './number-groups';
import type { PiiScan, PiiSpan } from './pii-detector';

const CONTEXT = new WordList([
  'phone',
  'phones',
  'tel',
  'telephone',
  'mobile',
  'cell',
  'call',
  'fax',
  'whatsapp',
  'sms',
  'text',
  'dial',
  'reach',
  'contact',
  'number is',
  'hotline',
  'ring',
  'line',
  'telefon',
  'handy',
  'teléfono',
  'téléphone',
  'voicemail',
  'ph',
  'landline',
  'extension',
  'pager',
  'contact number',
  'messages to',
  'registered',
  'numéro',
  'rufnummer',
  'celular',
  'telefoon',
]);
const OTHER_CONTEXT = new WordList([
  'order',
  'invoice',
  'tracking',
  'account',
  'isbn',
  'issn',
  'ticket',
  'case',
  'id',
  'ssn',
  'serial',
  'version',
  'ref',
  'reference',
  'part',
  'sku',
  'zip',
  'confirmation',
  'imei',
  'timestamp',
  'epoch',
  'routing',
  'passport',
  'license',
  'licence',
  'social',
  'iban',
  'card',
  'bsn',
  'nhs',
  'pesel',
  'aadhaar',
  'cpf',
  'coordinates',
  'batch',
  'lot',
  'port',
  'policy',
  'model',
  'parcel',
  'nino',
  'nif',
  'tfn',
  'abn',
  'sin',
  'npi',
  'dea',
  'commit',
  'barcode',
  'ean',
  'upc',
  'doi',
  'rfc',
  'oid',
]);
const MOST_GROUPS = 7;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 15;
const PLUS = 43;
const SPACE_GAP = gapOf(' ');
const HYPHEN_GAP = gapOf('-');
const DOT_GAP = gapOf('.');
const SLASH_GAP = gapOf('/');
const DASH_GAP = gapOf(' - ');

/** Groups that belong together by their separators. */
interface Run {
  readonly first: number;
  readonly count: number;
  readonly digits: number;
}

/**
 * Telephone numbers: international form with +, the bracketed and hyphenated forms of North America, and
 * other groupings when the words before speak of a telephone. Prices, dates and ids are left alone.
 */
export function detectPhone(scan: PiiScan): PiiSpan[] {
  const { text, groups } = scan;
  const found: PiiSpan[] = [];
  for (let first = 0; first < groups.length;) {
    const count = runLength(text, groups, first);
    const digits = digitsIn(groups, first, count);
    if (digits >= FEWEST_DIGITS && digits <= MOST_DIGITS) {
      const span = phoneIn(scan, { first, count, digits });
      if (span) found.push(span);
    }
    first += count;
  }
  return found;
}

function runLength(text: string, groups: readonly NumberGroup[], first: number): number {
  let count = 1;
  for (; count < MOST_GROUPS; count++) {
    const group = groups[first + count];
    if (!group || group.gap === 0 || group.gap === DASH_GAP || codeAt(text, group.start - 1) === PLUS) break;
  }
  return count;
}

function digitsIn(groups: readonly NumberGroup[], first: number, count: number): number {
  let digits = 0;
  for (let i = first; i < first + count; i++) digits += sizeOf(groups[i]);
  return digits;
}

function sizeOf(group: NumberGroup | undefined): number {
  return group ? group.end - group.start : 0;
}

function phoneIn(scan: PiiScan, run: Run): PiiSpan | undefined {
  const { text, groups } = scan;
  const digitsStart = groups[run.first]?.start ?? 0;
  const end = groups[run.first + run.count - 1]?.end ?? 0;
  const start = startWithPrefix(text, digitsStart);
  if (isTiedBefore(text, start) || isTiedAfter(text, end)) return undefined;
  const isInternational = text.slice(start, digitsStart).includes('+');
  const isPhone = isInternational
    ? run.digits >= 8 && !hasSlash(groups, run)
    : isLocalPhone(scan, run, start);
  return isPhone ? { type: 'PHONE', start, end } : undefined;
}

function isLocalPhone({ text, groups, context }: PiiScan, run: Run, start: number): boolean {
  if (isDateLike(groups, run)) return false;
  if (context.precedes(start, OTHER_CONTEXT, 30) && !context.precedes(start, CONTEXT, 30)) return false;
  if (isNorthAmerican(text, groups, run) || hasTrunkPrefix(text, groups, run)) return true;
  return run.digits <= 13 && context.precedes(start, CONTEXT, 32);
}

/** (212) 555-0187, 212-555-0187, 212.555.0187, 1-212-555-0187, 212 555 0187 */
function isNorthAmerican(text: string, groups: readonly NumberGroup[], run: Run): boolean {
  const first = groups[run.first];
  const own = sizeOf(first) === 1 && codeAt(text, first?.start ?? 0) === 49 ? 1 : 0;
  const at = run.first + own;
  if (run.count < own + 3 || run.count > own + 4) return false;
  if (sizeOf(groups[at]) !== 3 || sizeOf(groups[at + 1]) !== 3 || sizeOf(groups[at + 2]) !== 4) return false;
  return codeAt(text, groups[at]?.start ?? 0) >= 50 && !hasSlash(groups, run);
}

/** 020 7946 0958, 01 84 17 61 18: a leading zero and three or more groups of at least two digits. */
function hasTrunkPrefix(text: string, groups: readonly NumberGroup[], run: Run): boolean {
  const start = groups[run.first]?.start ?? 0;
  if (codeAt(text, start) !== 48 || codeAt(text, start + 1) === 48) return false;
  if (run.count < 3 || run.digits < 9 || run.digits > 12) return false;
  const gap = groups[run.first + 1]?.gap;
  if (gap !== SPACE_GAP && gap !== DOT_GAP && gap !== HYPHEN_GAP) return false;
  for (let i = 0; i < run.count; i++) {
    const group = groups[run.first + i];
    if (sizeOf(group) < 2 || (i > 0 && group?.gap !== gap)) return false;
  }
  return true;
}

function hasSlash(groups: readonly NumberGroup[], run: Run): boolean {
  for (let i = run.first + 1; i < run.first + run.count; i++)
    if (gapIncludes(groups[i]?.gap ?? 0, SLASH_GAP)) return true;
  return false;
}

function isDateLike(groups: readonly NumberGroup[], run: Run): boolean {
  if (run.count !== 3) return false;
  const gap = groups[run.first + 1]?.gap ?? 0;
  if (gap !== groups[run.first + 2]?.gap) return false;
  if (gap !== HYPHEN_GAP && gap !== SLASH_GAP && gap !== DOT_GAP) return false;
  let short = 0;
  for (let i = run.first; i < run.first + 3; i++) {
    if (sizeOf(groups[i]) > 4) return false;
    if (sizeOf(groups[i]) <= 2) short++;
  }
  return short >= 2;
}

function startWithPrefix(text: string, start: number): number {
  let at = start;
  if (codeAt(text, at - 1) === 40) at--;
  if (codeAt(text, at - 1) === PLUS) at--;
  if (codeAt(text, at - 1) === 40) at--;
  return at;
}

function isTiedBefore(text: string, start: number): boolean {
  const before = codeAt(text, start - 1);
  if (isWordCharacter(before) || before === 46 || before === 36) return true;
  return before === 45 && isWordCharacter(codeAt(text, start - 2));
}

function isTiedAfter(text: string, end: number): boolean {
  const after = codeAt(text, end);
  if (after === 120 || after === 88) return false;
  return (
    isWordCharacter(after) ||
    after === 37 ||
    ((after === 46 || after === 45 || after === 58) && isWordCharacter(codeAt(text, end + 1)))
  );
}

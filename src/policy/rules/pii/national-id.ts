import { codeAt, isDigit, isLetter, isUpper, isWordCharacter } from './characters';
import { WordList } from './context-words';
import { formatsAt, stepInFormats } from './national-id-formats';
import { gapLength, type NumberGroup } from './number-groups';
import type { PiiScan, PiiSpan } from './pii-detector';

const LONGEST = 20;
/** With separators between groups. */
const LONGEST_SPACED = 24;
const MOST_LETTERS_BEFORE = 6;
const SPACE = 32;
const HYPHEN = 45;

/** Words after which any token of letters and digits is an identity document's number. */
const DOCUMENT_WORDS = new WordList([
  'passport',
  'passport number',
  'passport no',
  'national id',
  'national identity',
  'identity card',
  'id card',
  'driving licence',
  'driving license',
  'drivers license',
  "driver's license",
  "driver's licence",
  'driver license',
  'personalausweis',
  'national insurance',
  'national identification',
  'resident id',
  'citizen id',
  'tax id',
  'tax identification',
  'identity code',
  'identity number',
  'identification number',
  'id number',
  'security number',
  'tckn',
  'kimlik',
  'sécurité sociale',
  'codice fiscale',
  'cédula',
  'cedula',
  'curp',
  'personnummer',
  'fødselsnummer',
  'rodné číslo',
  'numero ahv',
  'insee',
  'nir',
  'tnin',
  'thai id',
  'voter id',
  'national insurance number',
  'nino',
  'pesel',
  'aadhaar',
  'cpf',
  'dni',
  'nif',
  'nie',
  'bsn',
  'hetu',
]);
const REACH = 60;
const DOCUMENT_REACH = 32;

/** National identity, tax and insurance numbers: by form and check digit, or by the document's name before them. */
export function detectNationalId(scan: PiiScan): PiiSpan[] {
  const { groups } = scan;
  const found: PiiSpan[] = [];
  let { from } = scan;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    if (!group || group.start < from) continue;
    const span = nationalIdAt(scan, group) ?? documentNumberAt(scan, i, from);
    if (!span || span.start < from) continue;
    found.push(span);
    from = span.end;
  }
  return found;
}

function nationalIdAt(scan: PiiScan, group: NumberGroup): PiiSpan | undefined {
  const start = startOfToken(scan.text, group.start);
  if (start === undefined) return undefined;
  const end = endOfNationalId(scan, start, group.end);
  return end === undefined ? undefined : { type: 'NATIONAL_ID', start, end };
}

/** Letters directly before the digits belong to the id; undefined when more than six do. */
function startOfToken(text: string, start: number): number | undefined {
  const before = codeAt(text, start - 1);
  if (before === HYPHEN || before === SPACE) return startBeforeSeparator(text, start);
  if (!isLetter(before)) return isWordCharacter(before) ? undefined : start;
  let at = start - 1;
  while (start - at <= MOST_LETTERS_BEFORE && isLetter(codeAt(text, at - 1))) at--;
  return start - at > MOST_LETTERS_BEFORE || isWordCharacter(codeAt(text, at - 1)) ? undefined : at;
}

/** `AB 12 34 56 C`, `X-1234567-L` */
function startBeforeSeparator(text: string, start: number): number {
  const separator = start - 1;
  const isPair = isUpper(codeAt(text, separator - 1)) && isUpper(codeAt(text, separator - 2));
  if (isPair && !isWordCharacter(codeAt(text, separator - 3))) return separator - 2;
  const isSingle = codeAt(text, separator) === HYPHEN && isLetter(codeAt(text, separator - 1));
  return isSingle && !isWordCharacter(codeAt(text, separator - 2)) ? separator - 1 : start;
}

/** End of the longest valid id that begins there and holds the first group. */
function endOfNationalId(scan: PiiScan, start: number, atLeast: number): number | undefined {
  const { text } = scan;
  let found: number | undefined;
  let node = 0;
  for (let at = start; at < text.length; at++) {
    node = stepInFormats(node, text.charCodeAt(at));
    if (node === 0) break;
    if (formatsAt(node).length === 0 || at + 1 < atLeast || isWordCharacter(codeAt(text, at + 1))) continue;
    if (isLooseLetter(text, at)) continue;
    if (isNationalId(scan, node, { start, end: at + 1 })) found = at + 1;
  }
  return found;
}

/** A check letter behind a separator is a capital: in "12345678 a" it is the next word. */
function isLooseLetter(text: string, index: number): boolean {
  const before = codeAt(text, index - 1);
  const code = codeAt(text, index);
  return (before === SPACE || before === HYPHEN) && isLetter(code) && !isUpper(code);
}

function isNationalId(
  { text, context: words }: PiiScan,
  node: number,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  let written: string | undefined;
  for (const { context, isValid, keepsSigns } of formatsAt(node)) {
    if (context && !words.precedes(start, context, REACH)) continue;
    written ??= text.slice(start, end).toUpperCase();
    if (isValid(keepsSigns === true ? written : withoutSigns(written))) return true;
  }
  return false;
}

function withoutSigns(written: string): string {
  let id = '';
  for (let i = 0; i < written.length; i++) {
    const code = written.charCodeAt(i);
    if (isDigit(code) || isLetter(code)) id += written.charAt(i);
  }
  return id;
}

function documentNumberAt({ text, groups, context }: PiiScan, i: number, from: number): PiiSpan | undefined {
  const digit = groups[i]?.start ?? 0;
  let start = digit;
  while (start > from && digit - start < 4 && isUpper(codeAt(text, start - 1))) start--;
  if (isWordCharacter(codeAt(text, start - 1))) return undefined;
  const isSpaced = gapLength(groups[i + 1]?.gap ?? 0) === 1;
  if (!isSpaced && endOfSign(text, start) - start < 6) return undefined;
  if (!context.precedes(start, DOCUMENT_WORDS, DOCUMENT_REACH)) return undefined;
  const end = endOfSpacedSign(text, groups, { first: i, start });
  const size = end - start;
  const isWhole = size >= 6 && size <= LONGEST_SPACED && !isWordCharacter(codeAt(text, end));
  return isWhole ? { type: 'NATIONAL_ID', start, end } : undefined;
}

function endOfSpacedSign(
  text: string,
  groups: PiiScan['groups'],
  { first, start }: { first: number; start: number },
): number {
  let end = endOfSign(text, start);
  for (let next = first + 1; next < groups.length; next++) {
    const group = groups[next];
    if (!group || group.end - start > LONGEST_SPACED) break;
    if (group.start >= end && gapLength(group.gap) !== 1) break;
    end = Math.max(end, endOfSign(text, group.start));
  }
  return end;
}

function endOfSign(text: string, start: number): number {
  let end = start;
  while (end - start < LONGEST && isTokenCharacter(text, end)) end++;
  return end;
}

function isTokenCharacter(text: string, index: number): boolean {
  const code = codeAt(text, index);
  return isDigit(code) || isUpper(code) || (code === 45 && isWordCharacter(codeAt(text, index + 1)));
}

import { codeAt, isDigit, isWordCharacter } from './characters';
import type { PiiScan, PiiSpan } from './pii-detector';

/** Length by country; a number of another length is no IBAN. */
const LENGTHS =
  'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30';
const lengthByCountry = buildLengths();

/** IBANs: country, length and check digits right; spaces or hyphens between groups are fine. */
export function detectIban({ text, groups, from: earlier }: PiiScan): PiiSpan[] {
  const found: PiiSpan[] = [];
  let from = earlier;
  for (const group of groups) {
    const start = group.start - 2;
    if (start < from || group.end - group.start < 2) continue;
    const length = lengthOfIban(text, start);
    if (length === 0 || isWordCharacter(codeAt(text, start - 1))) continue;
    const end = endOfIban(text, start, length);
    if (end === undefined) continue;
    found.push({ type: 'IBAN', start, end });
    from = end;
  }
  return found;
}

function buildLengths(): Uint8Array {
  const lengths = new Uint8Array(26 * 26);
  for (let i = 0; i < LENGTHS.length; i += 4)
    lengths[countryAt(LENGTHS, i)] = Number(LENGTHS.slice(i + 2, i + 4));
  return lengths;
}

/** Number of the country whose two letters stand there, in either case; -1 when no two letters do. */
function countryAt(text: string, index: number): number {
  const first = (codeAt(text, index) | 32) - 97;
  const second = (codeAt(text, index + 1) | 32) - 97;
  const areLetters = isLatinLetter(codeAt(text, index)) && isLatinLetter(codeAt(text, index + 1));
  return areLetters ? first * 26 + second : -1;
}

function lengthOfIban(text: string, start: number): number {
  const country = countryAt(text, start);
  return country < 0 ? 0 : (lengthByCountry[country] ?? 0);
}

function endOfIban(text: string, start: number, length: number): number | undefined {
  let count = 0;
  let end = start;
  for (; count < length && end < text.length; end++) {
    const code = codeAt(text, end);
    if (isDigit(code) || isLatinLetter(code)) count++;
    else if (!((code === 32 || code === 45) && isWordCharacter(codeAt(text, end + 1)))) return undefined;
  }
  if (count < length || isWordCharacter(codeAt(text, end))) return undefined;
  return hasValidCheck(text, start, end) ? end : undefined;
}

/** ISO 7064 mod 97-10: country and check digits count last, letters as two digits, and the rest must be 1. */
function hasValidCheck(text: string, start: number, end: number): boolean {
  // Both stand together: two letters and the two digits that made this a number group.
  return restOf(text, start, start + 4, restOf(text, start + 4, end, 0)) === 1;
}

function restOf(text: string, start: number, end: number, before: number): number {
  let rest = before;
  for (let i = start; i < end; i++) {
    const code = codeAt(text, i);
    if (isDigit(code)) rest = (rest * 10 + code - 48) % 97;
    else if (isLatinLetter(code)) rest = (rest * 100 + (code | 32) - 87) % 97;
  }
  return rest;
}

function isLatinLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

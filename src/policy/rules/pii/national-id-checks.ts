import { isOneDigitRepeated, passesLuhn, passesVerhoeff, weightedSum } from './checksums';

/** Validity of single national ids; each takes the id in upper case without separators. */
export function isAadhaar(id: string): boolean {
  return id.charAt(0) >= '2' && passesVerhoeff(id);
}

export function isCpf(id: string): boolean {
  if (isOneDigitRepeated(id)) return false;
  const first = (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11;
  const second = (weightedSum(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11;
  return first % 10 === Number(id.charAt(9)) && second % 10 === Number(id.charAt(10));
}

export function isPesel(id: string): boolean {
  const month = Number(id.slice(2, 4)) % 20;
  if (!isDay(month, Number(id.slice(4, 6)))) return false;
  return weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

export function isDni(id: string): boolean {
  return DNI_LETTERS.charAt(Number(id.slice(0, 8)) % 23) === id.charAt(8);
}

export function isNie(id: string): boolean {
  const first = 'XYZ'.indexOf(id.charAt(0));
  return first >= 0 && isDni(`${first}${id.slice(1)}`);
}

export function isBsn(id: string): boolean {
  return weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isOneDigitRepeated(id);
}

export function isNhsNumber(id: string): boolean {
  const check = (11 - (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check === Number(id.charAt(9)) && !isOneDigitRepeated(id);
}

const HETU_LETTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

export function isHetu(id: string): boolean {
  if (!isDay(Number(id.slice(2, 4)), Number(id.slice(0, 2)))) return false;
  return HETU_LETTERS.charAt(Number(id.slice(0, 6) + id.slice(7, 10)) % 31) === id.charAt(10);
}

export function isNino(id: string): boolean {
  const prefix = id.slice(0, 2);
  if (/[DFIQUV]/.test(prefix) || prefix.endsWith('O')) return false;
  return !['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ'].includes(prefix) && id.charAt(8) <= 'D';
}

export function isNric(id: string): boolean {
  const kind = id.charAt(0);
  const sum = weightedSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2]);
  if (kind === 'S' || kind === 'T')
    return 'JZIHGFEDCBA'.charAt((sum + (kind === 'T' ? 4 : 0)) % 11) === id.charAt(8);
  if (kind === 'F' || kind === 'G')
    return 'XWUTRQPNMLK'.charAt((sum + (kind === 'G' ? 4 : 0)) % 11) === id.charAt(8);
  return kind === 'M' && 'KLJNPQRTUWX'.charAt(10 - ((sum + 3) % 11)) === id.charAt(8);
}

/** Indian PAN: the fourth letter says what kind of holder it is. */
export function isPan(id: string): boolean {
  return 'PCFHATBLJG'.includes(id.charAt(3));
}

export function isPersonnummer(id: string): boolean {
  const ten = id.slice(-10);
  const day = Number(ten.slice(4, 6));
  return isDay(Number(ten.slice(2, 4)), day > 60 ? day - 60 : day) && passesLuhn(ten);
}

export function isKoreanRrn(id: string): boolean {
  return isDay(Number(id.slice(2, 4)), Number(id.slice(4, 6))) && id.charAt(6) >= '1' && id.charAt(6) <= '8';
}

export function isChineseId(id: string): boolean {
  if (!isDay(Number(id.slice(10, 12)), Number(id.slice(12, 14)))) return false;
  const sum = weightedSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return '10X98765432'.charAt(sum % 11) === id.charAt(17);
}

/** US taxpayer number of people without a social security number. */
export function isItin(id: string): boolean {
  const group = Number(id.slice(3, 5));
  return id.startsWith('9') && group >= 50 && group !== 66 && group !== 69 && group !== 89 && group !== 93;
}

export function isTfn(id: string): boolean {
  return weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isOneDigitRepeated(id);
}

export function isMedicareAu(id: string): boolean {
  return (
    id.charAt(0) >= '2' &&
    id.charAt(0) <= '6' &&
    weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id.charAt(8))
  );
}

/** German tax id: one digit repeats among the first ten, ISO 7064 mod 11,10 check digit. */
export function isGermanTaxId(id: string): boolean {
  let product = 10;
  for (const digit of id.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return id.charAt(0) !== '0' && (11 - product) % 10 === Number(id.charAt(10));
}

/** Italian tax code: odd places count by a table, even ones by their value. */
export function isCodiceFiscale(id: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = id.charCodeAt(i);
    const value = code >= 65 ? code - 65 : code - 48;
    sum += i % 2 === 0 ? (odd[value] ?? 0) : value;
  }
  return id.charCodeAt(15) - 65 === sum % 26;
}

function isDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

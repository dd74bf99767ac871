import { passesLuhn } from './checksums';
import { isDigit, isLetter } from './characters';
import { WordList } from './context-words';
import * as check from './national-id-checks';

/** A written form (`9` digit, `A` letter, other signs as they are), its check, and the words that must stand before it when the form alone says too little. */
export interface Format {
  readonly shape: string;
  readonly isValid: (id: string) => boolean;
  readonly context?: WordList;
  /** The check looks at the number as it is written. */
  readonly keepsSigns?: true;
}

const always = (): boolean => true;
const NHS = new WordList(['nhs', 'national health', 'health number']);
const AADHAAR = new WordList(['aadhaar', 'aadhar', 'uidai', 'uid']);
const BSN = new WordList(['bsn', 'burgerservicenummer', 'sofinummer']);
const TAX_AU = new WordList(['tfn', 'tax file', 'tax file number']);
const SIN = new WordList(['sin', 'social insurance']);
const GERMAN_TAX = new WordList([
  'steuer',
  'steuer-id',
  'idnr',
  'tin',
  'steueridentifikationsnummer',
  'tax id',
  'steuerliche',
]);
const MEDICARE = new WordList(['medicare']);

const FORMATS: readonly Format[] = [
  { shape: '9999 9999 9999', isValid: check.isAadhaar },
  { shape: '9999-9999-9999', isValid: check.isAadhaar },
  { shape: '999999999999', isValid: check.isAadhaar, context: AADHAAR },
  { shape: '999.999.999-99', isValid: check.isCpf },
  { shape: '99999999999', isValid: check.isCpf, context: new WordList(['cpf']) },
  { shape: '99999999999', isValid: check.isPesel, context: new WordList(['pesel']) },
  { shape: '99999999999', isValid: check.isGermanTaxId, context: GERMAN_TAX },
  { shape: '99 999 999 999', isValid: check.isGermanTaxId, context: GERMAN_TAX },
  { shape: '99999999A', isValid: check.isDni },
  { shape: '99999999-A', isValid: check.isDni },
  { shape: 'A9999999A', isValid: check.isNie },
  { shape: 'A-9999999-A', isValid: check.isNie },
  { shape: 'A9999999A', isValid: check.isNric },
  { shape: '999999999', isValid: check.isBsn, context: BSN },
  { shape: '9999.99.999', isValid: check.isBsn, context: BSN },
  { shape: '999 999 9999', isValid: check.isNhsNumber, context: NHS },
  { shape: '999-999-9999', isValid: check.isNhsNumber, context: NHS },
  { shape: '9999999999', isValid: check.isNhsNumber, context: NHS },
  { shape: '999999-999A', isValid: check.isHetu, keepsSigns: true },
  {
    shape: '999999-9999',
    isValid: check.isHetu,
    keepsSigns: true,
    context: new WordList(['hetu', 'henkilötunnus', 'personal identity', 'finnish']),
  },
  { shape: '999999A999A', isValid: check.isHetu, keepsSigns: true },
  { shape: '999999A9999', isValid: check.isHetu, keepsSigns: true },
  { shape: '999999+999A', isValid: check.isHetu, keepsSigns: true },
  { shape: 'AA999999A', isValid: check.isNino },
  { shape: 'AA 99 99 99 A', isValid: check.isNino },
  { shape: 'AA-99-99-99-A', isValid: check.isNino },
  { shape: 'AAAAA9999A', isValid: check.isPan },
  { shape: '999999-9999', isValid: check.isPersonnummer },
  { shape: '99999999-9999', isValid: check.isPersonnummer },
  { shape: '999999-9999999', isValid: check.isKoreanRrn },
  { shape: '999999999999999999', isValid: check.isChineseId },
  { shape: '99999999999999999A', isValid: check.isChineseId },
  { shape: '999-99-9999', isValid: check.isItin },
  {
    shape: '999999999',
    isValid: check.isItin,
    context: new WordList(['itin', 'taxpayer', 'tax id', 'individual taxpayer']),
  },
  { shape: '999 999 999', isValid: check.isTfn, context: TAX_AU },
  { shape: '999999999', isValid: check.isTfn, context: TAX_AU },
  { shape: '999 999 999', isValid: passesLuhn, context: SIN },
  { shape: '999-999-999', isValid: passesLuhn, context: SIN },
  { shape: '999999999', isValid: passesLuhn, context: SIN },
  { shape: '9999 99999 9', isValid: check.isMedicareAu, context: MEDICARE },
  { shape: '9999999999', isValid: check.isMedicareAu, context: MEDICARE },
  { shape: 'AAAAAA99A99A999A', isValid: check.isCodiceFiscale },
  { shape: 'AAA9999999', isValid: always, context: new WordList(['voter', 'epic', 'election']) },
];

/** Letters and digits count as one sign each, separators as themselves. */
const SIGNS = '9A -.+';
const WIDTH = SIGNS.length + 1;
const LETTER = SIGNS.indexOf('A') + 1;
const signByCode = Uint8Array.from({ length: 128 }, (_, code) => SIGNS.indexOf(signOf(code)) + 1);

/** The shapes of all formats as a tree, so that a text is compared with all of them at once. Node 0 is the root. */
const next: number[] = Array.from({ length: WIDTH }, () => 0);
const complete: Format[][] = [[]];
for (const format of FORMATS) addFormat(format);

/** The node behind one more character; 0 when no format goes on like this. */
export function stepInFormats(node: number, code: number): number {
  let sign = 0;
  if (code < 128) sign = signByCode[code] ?? 0;
  else if (isLetter(code)) sign = LETTER;
  return sign === 0 ? 0 : (next[node * WIDTH + sign] ?? 0);
}

/** The formats that are complete at a node. */
export function formatsAt(node: number): readonly Format[] {
  return complete[node] ?? [];
}

function signOf(code: number): string {
  if (isDigit(code)) return '9';
  return isLetter(code) ? 'A' : String.fromCharCode(code);
}

function addFormat(format: Format): void {
  let node = 0;
  for (let i = 0; i < format.shape.length; i++) {
    const place = node * WIDTH + SIGNS.indexOf(format.shape.charAt(i)) + 1;
    if ((next[place] ?? 0) === 0) {
      next[place] = complete.length;
      complete.push([]);
      for (let sign = 0; sign < WIDTH; sign++) next.push(0);
    }
    node = next[place] ?? 0;
  }
  complete[node]?.push(format);
}

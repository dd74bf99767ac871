/** The character separates words. */
export const SEPARATOR = 0;
/** The character is invisible and counts as not there. */
export const INVISIBLE = -1;

/** Letters of other alphabets that pass for Latin ones, each followed by what it looks like. */
const LOOKALIKES =
  'аaвbеeкkмmнhоoрpсcтtуyхxіiјjѕsԁdԛqԝwѵvһhɡgɑaℓl' + 'αaεeιiκkνvοoρpτtυuχxϲcıi' + 'ßsæaøoœoðdþtłlđdħhŋn';

/** What foldCharacter answers for ASCII, for loops that cannot afford a call per character. */
export const FOLDED_ASCII = buildAsciiTable();
const beyondAscii = buildTable();

/**
 * The lower-case form under which a UTF-16 unit is compared: letters lose case, accents, full-width
 * and look-alike forms. SEPARATOR and INVISIBLE are the two other answers. Costs one array read for ASCII.
 */
export function foldCharacter(code: number): number {
  if (code < 128) return FOLDED_ASCII[code] ?? SEPARATOR;
  const known = beyondAscii.get(code);
  if (known !== undefined) return known;
  if (code >= 0xff01 && code <= 0xff5e) return FOLDED_ASCII[code - 0xfee0] ?? SEPARATOR;
  if (isInvisible(code)) return INVISIBLE;
  return isLetterLike(code) ? code : SEPARATOR;
}

/** Folds a letter or digit written as a surrogate pair, such as the mathematical alphabets. */
export function foldSurrogatePair(high: number, low: number): number {
  if (high === 0xdb40) return INVISIBLE;
  if (high !== 0xd835) return SEPARATOR;
  const offset = low - 0xdc00;
  if (offset >= 0x3ce) return 48 + ((offset - 0x3ce) % 10);
  return offset < 0x2a4 ? 97 + (offset % 26) : SEPARATOR;
}

/** Ideographs and kana are words of their own: these scripts write no spaces. */
export function isIdeograph(code: number): boolean {
  return code >= 0x3040 && code <= 0x9fff && (code <= 0x30ff || code >= 0x3400);
}

function buildAsciiTable(): Int16Array {
  const table = new Int16Array(128);
  for (let code = 48; code <= 57; code++) table[code] = code;
  for (let code = 97; code <= 122; code++) {
    table[code] = code;
    table[code - 32] = code;
  }
  // An apostrophe joins: "don't" is one word.
  table[39] = INVISIBLE;
  return table;
}

function buildTable(): Map<number, number> {
  const table = new Map<number, number>([[0x2019, INVISIBLE]]);
  for (let code = 0xc0; code < 0x250; code++) addAccented(table, code);
  for (let code = 0x1e00; code < 0x1f00; code++) addAccented(table, code);
  for (let i = 0; i < 26; i++) {
    table.set(0x24b6 + i, 97 + i);
    table.set(0x24d0 + i, 97 + i);
  }
  for (let i = 0; i + 1 < LOOKALIKES.length; i += 2)
    addLookalike(table, LOOKALIKES.charAt(i), LOOKALIKES.charCodeAt(i + 1));
  return table;
}

function addAccented(table: Map<number, number>, code: number): void {
  const base = String.fromCharCode(code).normalize('NFKD').toLowerCase().charCodeAt(0);
  if (base < 128) table.set(code, base);
}

function addLookalike(table: Map<number, number>, letter: string, target: number): void {
  table.set(letter.charCodeAt(0), target);
  const upper = letter.toUpperCase();
  if (upper.length === 1) table.set(upper.charCodeAt(0), target);
}

function isInvisible(code: number): boolean {
  return (
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2064) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0x300 && code <= 0x36f) ||
    code === 0xfeff ||
    code === 0xad ||
    code === 0x180e ||
    code === 0x34f
  );
}

function isLetterLike(code: number): boolean {
  if (code < 0xc0) return false;
  // General punctuation, arrows, symbols, box drawing, private use.
  if (code >= 0x2000 && code < 0x2c00) return false;
  if (code >= 0x3000 && code <= 0x303f) return false;
  return code < 0xd800 || (code >= 0xf900 && code < 0xff00);
}

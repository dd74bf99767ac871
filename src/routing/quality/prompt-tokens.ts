/** What kind of thing a token is; the kinds differ in how they are hashed. */
export const WORD = 0;
export const NUMBER = 1;
const MARK = 2;

type TokenKind = typeof WORD | typeof NUMBER | typeof MARK;

/** Is told of every token: its kind, its hash and where it stands in the text. */
export type TokenVisitor = (kind: TokenKind, hash: number, start: number, end: number) => void;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const DIGIT_SALT = 0x23;

/**
 * Walks over words (letters, folded to lower case in the ASCII range), numbers (hashed by their length only: the
 * figures of one question say nothing about another) and single marks. One pass, no strings, no regular expressions.
 */
export function scanTokens(text: string, visit: TokenVisitor): void {
  let position = 0;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (isLetter(code)) {
      const start = position;
      let hash = FNV_OFFSET;
      for (let next = code; isLetter(next); next = text.charCodeAt(++position)) hash = mix(hash, fold(next));
      visit(WORD, hash, start, position);
    } else if (isDigit(code)) {
      const start = position;
      while (isDigit(text.charCodeAt(position))) position++;
      visit(NUMBER, mix(mix(FNV_OFFSET, DIGIT_SALT), Math.min(position - start, 4)), start, position);
    } else {
      if (!isSpace(code)) visit(MARK, mix(FNV_OFFSET, code), position, position + 1);
      position++;
    }
  }
}

/** Folds another number into an FNV-1a hash. */
export function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, FNV_PRIME);
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

function fold(code: number): number {
  return isUpper(code) ? code + 32 : code;
}

/** ASCII letters and everything from À up to where scripts without word borders begin. */
function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || isUpper(code) || (code >= 0xc0 && code < 0x2000 && code !== 0xd7);
}

function isSpace(code: number): boolean {
  return code <= 32 || code === 0xa0 || code === 0x3000;
}

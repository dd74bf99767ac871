import { isIdeograph } from '../../../common/fold-character';

/** No known piece is longer. */
const LONGEST_PIECE = 18;
/** A longer run of letters is no word of any language: only its beginning is looked at. */
const LONGEST_WORD = 64;
const NOT_ASCII = /[^\x00-\x7f]/; // eslint-disable-line no-control-regex -- the range is meant
const MARKS = /\p{M}/gu;

/**
 * Splits text into the pieces of a WordPiece vocabulary: longest known beginning first, `##` before pieces that
 * continue a word. Case and accents do not count; punctuation and ideographs stand alone.
 */
export class WordPieces {
  readonly #wholes = new Map<string, number>();
  readonly #continuations = new Map<string, number>();

  constructor(vocabulary: readonly string[]) {
    vocabulary.forEach((piece, id) => {
      if (piece.startsWith('##')) this.#continuations.set(piece.slice(2), id);
      else this.#wholes.set(piece, id);
    });
  }

  /** Tells the number of every piece in order; a word with an unknown part tells only the parts before it. */
  split(text: string, visit: (id: number) => void): void {
    const plain = plainForm(text);
    let start = -1;
    for (let i = 0; i < plain.length; i++) {
      const code = plain.charCodeAt(i);
      if (isWordCharacter(code)) {
        if (start < 0) start = i;
        continue;
      }
      if (start >= 0) this.#splitWord(plain, start, i, visit);
      start = -1;
      if (code > 32) this.#visitWhole(plain.charAt(i), visit);
    }
    if (start >= 0) this.#splitWord(plain, start, plain.length, visit);
  }

  #splitWord(text: string, start: number, wordEnd: number, visit: (id: number) => void): void {
    const end = Math.min(wordEnd, start + LONGEST_WORD);
    for (let from = start; from < end;) {
      const known = from === start ? this.#wholes : this.#continuations;
      let to = Math.min(end, from + LONGEST_PIECE);
      let id = known.get(text.slice(from, to));
      while (id === undefined && --to > from) id = known.get(text.slice(from, to));
      if (id === undefined) return;
      visit(id);
      from = to;
    }
  }

  #visitWhole(character: string, visit: (id: number) => void): void {
    const id = this.#wholes.get(character);
    if (id !== undefined) visit(id);
  }
}

function plainForm(text: string): string {
  const lower = text.toLowerCase();
  return NOT_ASCII.test(lower) ? lower.normalize('NFD').replace(MARKS, '') : lower;
}

function isWordCharacter(code: number): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
  if (code >= 0x2000 && code < 0x2c00) return false;
  if (code >= 0x3000 && code <= 0x303f) return false;
  return code >= 0xc0 && !isIdeograph(code) && !(code >= 0xff00 && code < 0xff66);
}

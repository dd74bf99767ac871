import {
  FOLDED_ASCII,
  INVISIBLE,
  SEPARATOR,
  foldCharacter,
  foldSurrogatePair,
  isIdeograph,
} from './fold-character';
import type { NumberTable } from './number-table';

const { imul } = Math;

const HASH_START = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;
/** Digits and signs that stand for letters in disguised words; only tried when the plain word is unknown. */
const LEET = new Map([
  [48, 111],
  [49, 105],
  [51, 101],
  [52, 97],
  [53, 115],
  [55, 116],
]);
/** Shortest run of single letters that is read as a spaced-out word. */
const SHORTEST_RUN = 4;
/** No known word has more letters. */
const LONGEST_WORD = 64;
/** A longer run is read in parts, of which the end is kept for a word that may still grow. */
const LONGEST_RUN = 512;

/** Hashes of the beginnings of a word as the scanner sees it, the whole word last; the text must hold no separator. */
export function prefixHashes(word: string): readonly number[] {
  const hashes: number[] = [];
  let hash = HASH_START;
  for (let i = 0; i < word.length; i++) {
    const code = foldCharacter(word.charCodeAt(i));
    if (code !== INVISIBLE) hashes.push((hash = step(hash, code)));
  }
  return hashes;
}

function step(hash: number, code: number): number {
  return imul(hash ^ code, HASH_PRIME);
}

function isLatinLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

/**
 * Turns text into word numbers of a given vocabulary (0 = unknown word), in one pass and without
 * making strings. Sees through case, accents, look-alike letters, invisible characters, digits for
 * letters, and words spelled with a gap after every letter. A text may be fed in pieces.
 */
export class WordScanner {
  #ids = new Int32Array(1024);
  #count = 0;
  #hash = HASH_START;
  #length = 0;
  #hasDigit = false;
  #wordStart = 0;
  #lastLetter = 0;
  readonly #run: number[] = [];

  /** `vocabulary`: word numbers by hash; `prefixes`: hashes of all beginnings of these words. */
  constructor(
    private readonly vocabulary: NumberTable,
    private readonly prefixes: ReadonlySet<number>,
  ) {}

  /** Word numbers so far; only the first `count` entries count, and the array changes with every call. */
  get ids(): Int32Array {
    return this.#ids;
  }

  get count(): number {
    return this.#count;
  }

  /** Begins a new text. */
  start(): void {
    this.#count = 0;
    this.#run.length = 0;
    this.#startWord();
  }

  /** Takes in a piece and returns the position up to which it looked, at most one beyond `to`. */
  feed(text: string, from: number, to: number): number {
    this.#makeRoomFor(to - from);
    let hash = this.#hash;
    let length = this.#length;
    let i = from;
    for (; i < to; i++) {
      const code = text.charCodeAt(i);
      const begin = i;
      let folded: number;
      if (code < 128) folded = FOLDED_ASCII[code] ?? SEPARATOR;
      else if (code >= 0xd800 && code <= 0xdbff) folded = foldSurrogatePair(code, text.charCodeAt(++i));
      else folded = foldCharacter(code);
      if (folded > SEPARATOR && !isIdeograph(folded)) {
        if (length++ === 0) this.#wordStart = begin;
        hash = step(hash, folded);
        if (folded <= 57) this.#hasDigit = true;
        this.#lastLetter = folded;
        continue;
      }
      if (folded === INVISIBLE) continue;
      if (length > 0) this.#endWord(text, i, hash, length);
      if (folded !== SEPARATOR) this.#addIdeograph(folded);
      hash = HASH_START;
      length = 0;
    }
    this.#hash = hash;
    this.#length = length;
    return i;
  }

  /** Ends the text. */
  finish(text: string): void {
    if (this.#length > 0) this.#endWord(text, text.length, this.#hash, this.#length);
    this.#startWord();
    this.#endRun(0);
  }

  /** Forgets the first words; the others move to the front. */
  dropFirst(words: number): void {
    this.#ids.copyWithin(0, words, this.#count);
    this.#count -= words;
  }

  /** Every character may be a word, and a run of single letters may still come. */
  #makeRoomFor(characters: number): void {
    const needed = this.#count + this.#run.length + characters + 2;
    if (this.#ids.length < needed) {
      const larger = new Int32Array(Math.max(needed, this.#ids.length * 2));
      larger.set(this.#ids.subarray(0, this.#count));
      this.#ids = larger;
    }
  }

  #startWord(): void {
    this.#hash = HASH_START;
    this.#length = 0;
    this.#hasDigit = false;
  }

  #endWord(text: string, end: number, hash: number, length: number): void {
    if (length === 1 && isLatinLetter(this.#lastLetter)) {
      this.#run.push(this.#lastLetter);
      if (this.#run.length >= LONGEST_RUN) this.#endRun(LONGEST_WORD);
    } else {
      if (this.#run.length > 0) this.#endRun(0);
      let id = this.vocabulary.get(hash);
      if (id === 0 && this.#hasDigit && length <= LONGEST_WORD)
        id = this.vocabulary.get(leetHash(text, this.#wordStart, end));
      this.#ids[this.#count++] = id;
    }
    this.#hasDigit = false;
  }

  #addIdeograph(code: number): void {
    if (this.#run.length > 0) this.#endRun(0);
    this.#ids[this.#count++] = this.vocabulary.get(step(HASH_START, code));
  }

  /** Reads the run, all but the last letters, of which a word may still be growing. */
  #endRun(keep: number): void {
    const run = this.#run;
    const isLong = run.length >= SHORTEST_RUN;
    let i = 0;
    while (i < run.length - keep) {
      const segment = isLong ? this.#longestSegment(i) : undefined;
      this.#ids[this.#count++] = segment?.id ?? this.vocabulary.get(step(HASH_START, run[i] ?? 0));
      i += segment?.length ?? 1;
    }
    if (keep === 0) run.length = 0;
    else run.splice(0, i);
  }

  #longestSegment(start: number): { id: number; length: number } | undefined {
    let hash = HASH_START;
    let best: { id: number; length: number } | undefined;
    for (let i = start; i < this.#run.length; i++) {
      hash = step(hash, this.#run[i] ?? 0);
      if (!this.prefixes.has(hash)) break;
      const id = i > start ? this.vocabulary.get(hash) : 0;
      if (id !== 0) best = { id, length: i - start + 1 };
    }
    return best;
  }
}

/** Hash of the word with its digits read as letters. */
function leetHash(text: string, start: number, end: number): number {
  let hash = HASH_START;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const isPair = code >= 0xd800 && code <= 0xdbff;
    const folded = isPair ? foldSurrogatePair(code, text.charCodeAt(++i)) : foldCharacter(code);
    if (folded > SEPARATOR) hash = step(hash, folded <= 57 ? (LEET.get(folded) ?? folded) : folded);
  }
  return hash;
}

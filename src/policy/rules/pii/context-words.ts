import { WordTrie } from './word-trie';

const trie = new WordTrie();
/** Lists are told apart by the bits of a 32-bit number. */
const MOST_LISTS = 31;
let listCount = 0;

/** Farthest that a question may reach back. */
const LONGEST_REACH = 64;

/** A list of lower-case words and phrases that explain the number behind them. Made once, at module level. */
export class WordList {
  readonly bit: number;

  constructor(words: readonly string[]) {
    if (listCount === MOST_LISTS) throw new Error('too many word lists');
    this.bit = 1 << listCount++;
    for (const word of words) trie.add(word, this.bit);
  }
}

/**
 * Answers "does one of these words stand shortly before?" for a stretch of a text. The first question
 * finds the words of all lists in one pass; every further one looks at the few that stand close by.
 */
export class ContextWords {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #lists: number[] = [];
  #isIndexed = false;
  /** Questions come mostly in the order of the text, so the next answer is near the last one. */
  #cursor = 0;

  /** Questions are about positions from `from` to `to`. */
  constructor(
    private readonly text: string,
    private readonly from: number,
    private readonly to: number,
  ) {}

  /** True when a whole word of the list lies between `position - reach` and `position`. */
  precedes(position: number, list: WordList, reach: number): boolean {
    if (!this.#isIndexed) this.#index();
    for (let i = this.#firstFrom(position - reach); i < this.#starts.length; i++) {
      if ((this.#starts[i] ?? 0) >= position) return false;
      if (((this.#lists[i] ?? 0) & list.bit) !== 0 && (this.#ends[i] ?? 0) <= position) return true;
    }
    return false;
  }

  #firstFrom(position: number): number {
    let cursor = this.#cursor;
    while (cursor > 0 && (this.#starts[cursor - 1] ?? 0) >= position) cursor--;
    while (cursor < this.#starts.length && (this.#starts[cursor] ?? 0) < position) cursor++;
    this.#cursor = cursor;
    return cursor;
  }

  #index(): void {
    this.#isIndexed = true;
    const start = Math.max(0, this.from - LONGEST_REACH);
    let isInside = start > 0 && isLatin(this.text.charCodeAt(start - 1));
    for (let i = start; i < this.to; i++) {
      const code = this.text.charCodeAt(i);
      if (!isInside && code > 32) this.#addWordsAt(i, code);
      isInside = isLatin(code);
    }
  }

  #addWordsAt(start: number, first: number): void {
    let node = trie.step(0, first);
    for (let end = start + 1; node !== 0; end++) {
      const next = end < this.text.length ? this.text.charCodeAt(end) : 0;
      const lists = trie.maskOf(node);
      if (lists !== 0 && !isLatin(next)) {
        this.#starts.push(start);
        this.#ends.push(end);
        this.#lists.push(lists);
      }
      node = trie.step(node, next);
    }
  }
}

function isLatin(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122 && code < 128;
}

/** Signs a trie can tell apart, and the codes among which they lie: Latin, Greek, Cyrillic. */
const WIDTH = 64;
const CODES = 0x600;

/**
 * Known words, looked up in place: no piece of the text is cut out or changed in case. Each word
 * carries a mask of bits that says of what kind it is. Node 0 is the root, and the answer "no such word".
 */
export class WordTrie {
  readonly #signs = new Uint8Array(CODES);
  #signCount = 0;
  #next = new Uint16Array(WIDTH * 64);
  readonly #masks = [0];

  /** The word in lower case; one that is there already gets further bits. */
  add(word: string, mask: number): void {
    let node = 0;
    for (let i = 0; i < word.length; i++) {
      const place = node * WIDTH + this.#signOf(word.charAt(i));
      node = this.#next[place] || this.#newNodeAt(place);
    }
    this.#masks[node] = this.maskOf(node) | mask;
  }

  /** The node behind one more character, in either case. */
  step(node: number, code: number): number {
    const sign = code < CODES ? (this.#signs[code] ?? 0) : 0;
    return sign === 0 ? 0 : (this.#next[node * WIDTH + sign] ?? 0);
  }

  /** The bits of the word that ends at a node; 0 when none does. */
  maskOf(node: number): number {
    return this.#masks[node] ?? 0;
  }

  /** The bits of a whole word of the text. */
  maskOfWord(text: string, start: number, end: number): number {
    let node = 0;
    for (let i = start; i < end; i++) {
      node = this.step(node, text.charCodeAt(i));
      if (node === 0) return 0;
    }
    return this.maskOf(node);
  }

  #signOf(letter: string): number {
    const code = letter.charCodeAt(0);
    const upper = letter.toUpperCase();
    if (code >= CODES || this.#signCount + 1 >= WIDTH) throw new Error(`too many signs: ${letter}`);
    if (this.#signs[code] === 0) {
      this.#signs[code] = ++this.#signCount;
      if (upper.length === 1 && upper.charCodeAt(0) < CODES)
        this.#signs[upper.charCodeAt(0)] = this.#signCount;
    }
    return this.#signs[code] ?? 0;
  }

  #newNodeAt(place: number): number {
    const node = this.#masks.push(0) - 1;
    if (node * WIDTH >= this.#next.length) {
      const larger = new Uint16Array(this.#next.length * 2);
      larger.set(this.#next);
      this.#next = larger;
    }
    this.#next[place] = node;
    return node;
  }
}

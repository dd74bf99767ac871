import { FOLDED_ASCII, INVISIBLE, SEPARATOR, foldCharacter, isIdeograph } from '../../common/fold-character';

const { imul } = Math;

/** Word sequences fall into this many buckets; a power of two. Part of the intent model's layout. */
export const BUCKETS = 32_768;
/** Tokens looked at; the window of the text holds about as many. */
const MAX_TOKENS = 512;
const HASH_START = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;
/** Every number counts as the same word. */
const NUMBER_TOKEN = 0x1f2e3d4c;
/** Tell the kinds of sequence apart. */
const SINGLE = 1;
const PAIR = 2;
const PAIR_WITH_GAP = 3;
const FIRST = 4;
const FIRST_PAIR = 5;
const LAST = 6;

/**
 * Which buckets the words of a text fall into: single words, pairs, pairs with one word between, and how the text
 * begins and ends. Words are compared without case and accents, marks count as words, numbers are all alike.
 * Reuses its buffers, so the answer is good until the next call.
 */
export class WordNgrams {
  readonly #tokens = new Int32Array(MAX_TOKENS);
  readonly #found = new Int32Array(MAX_TOKENS * 3 + 4);
  /** Number of the call that saw a bucket last: says without clearing whether this call has. */
  readonly #seenIn = new Uint32Array(BUCKETS);
  #call = 0;
  #count = 0;

  /** Every bucket once. */
  of(text: string): Int32Array {
    const tokens = this.#tokens;
    const count = tokenize(text, tokens);
    this.#call = (this.#call + 1) >>> 0;
    this.#count = 0;
    for (let i = 0; i < count; i++) {
      const token = tokens[i] ?? 0;
      this.#add(mix(token, 0, SINGLE));
      if (i + 1 < count) this.#add(mix(token, tokens[i + 1] ?? 0, PAIR));
      if (i + 2 < count) this.#add(mix(token, tokens[i + 2] ?? 0, PAIR_WITH_GAP));
    }
    if (count > 0) {
      this.#add(mix(tokens[0] ?? 0, 0, FIRST));
      this.#add(mix(tokens[count - 1] ?? 0, 0, LAST));
    }
    if (count > 1) this.#add(mix(tokens[0] ?? 0, tokens[1] ?? 0, FIRST_PAIR));
    return this.#found.subarray(0, this.#count);
  }

  #add(hash: number): void {
    const bucket = hash & (BUCKETS - 1);
    if (this.#seenIn[bucket] === this.#call) return;
    this.#seenIn[bucket] = this.#call;
    this.#found[this.#count++] = bucket;
  }
}

function mix(a: number, b: number, kind: number): number {
  let hash = imul(a ^ imul(kind, 0x9e3779b1), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 15) ^ b, 0xc2b2ae35);
  hash ^= hash >>> 13;
  return imul(hash, 0x27d4eb2f) ^ (hash >>> 16);
}

/** Writes a hash per token and returns how many there are. */
function tokenize(text: string, tokens: Int32Array): number {
  let count = 0;
  let word = HASH_START;
  let inWord = false;
  let inNumber = false;
  const end = (): void => {
    if (inWord && count < MAX_TOKENS) tokens[count++] = word;
    else if (inNumber && count < MAX_TOKENS) tokens[count++] = NUMBER_TOKEN;
    inWord = inNumber = false;
    word = HASH_START;
  };
  for (let i = 0; i < text.length && count < MAX_TOKENS; i++) {
    const code = text.charCodeAt(i);
    const folded = code < 128 ? (FOLDED_ASCII[code] ?? SEPARATOR) : foldCharacter(code);
    if (folded === INVISIBLE) continue;
    if (folded >= 48 && folded <= 57) {
      if (inWord) end();
      inNumber = true;
    } else if (folded !== SEPARATOR && !isIdeograph(folded)) {
      if (inNumber) end();
      inWord = true;
      word = imul(word ^ folded, HASH_PRIME);
    } else {
      end();
      if (code > 32 && count < MAX_TOKENS) tokens[count++] = imul(HASH_START ^ code, HASH_PRIME) ^ 0x5bd1e995;
    }
  }
  end();
  return count;
}

import { isIdeograph } from './fold-character';
import { NumberTable } from './number-table';
import { WordScanner, prefixHashes } from './word-scanner';

const { clz32 } = Math;

/**
 * A phrase in a small language: words in order; `a|b` either word; `word?` may be missing; `~3` up to
 * three other words may stand here; `^` first words of the text only; `{name}` a named group of words.
 */
export interface Phrase<T> {
  readonly pattern: string;
  readonly value: T;
}

interface Element {
  /** Word numbers that fit. */
  readonly words: readonly number[];
  /** The only word that fits; 0 when several do. */
  readonly only: number;
  /** Those of several that fit, by number; filled once the vocabulary is complete. */
  fits: Uint8Array;
  /** Other words that may stand before this one. */
  readonly gap: number;
}

interface CompiledPhrase<T> {
  readonly value: T;
  readonly anchored: boolean;
  /** The word that must be the second one; 0 when that is not fixed. */
  readonly next: number;
  readonly rest: readonly Element[];
}

const NOTHING = new Uint8Array(0);
/** Told of a phrase and the index of its first word. */
export type PhraseVisitor<T> = (value: T, wordIndex: number) => void;

const STEP_CHARACTERS = 8192;
/** Positions are kept as bits relative to the first word. */
const LONGEST_SPAN = 31;

/**
 * Many phrases looked for at once. The time is linear in the text: each word starts at most the
 * phrases that begin with it, and each of these looks at no more than 31 words.
 */
export class PhraseSet<T> {
  readonly #vocabulary = new Map<number, number>();
  readonly #byFirstWord: CompiledPhrase<T>[][] = [[]];
  readonly #prefixes = new Set<number>();
  readonly #elements: Element[] = [];
  readonly #table: NumberTable;
  readonly #scanner: WordScanner;

  constructor(
    phrases: readonly Phrase<T>[],
    private readonly groups: Readonly<Record<string, string>> = {},
  ) {
    for (const phrase of phrases) this.#add(phrase);
    this.#fillFits();
    this.#table = new NumberTable(this.#vocabulary);
    this.#scanner = new WordScanner(this.#table, this.#prefixes);
  }

  /** Calls `visit` for every phrase at every place (index of its first word); returns the number of words. */
  scan(text: string, visit: PhraseVisitor<T>): number {
    const scanner = this.#scanner;
    scanner.start();
    scanner.feed(text, 0, text.length);
    scanner.finish(text);
    this.#matchAll(scanner, { until: scanner.count, before: 0 }, visit);
    return scanner.count;
  }

  /** The same in steps of a few thousand characters, for long texts: memory stays small, and the caller may pause. */
  *scanInSteps(text: string, visit: PhraseVisitor<T>): Generator<undefined, number, undefined> {
    const scanner = new WordScanner(this.#table, this.#prefixes);
    scanner.start();
    let before = 0;
    for (let from = 0; from < text.length;) {
      from = scanner.feed(text, from, Math.min(from + STEP_CHARACTERS, text.length));
      // The last words wait: phrases that begin there may go on in the next piece.
      const until = Math.max(0, scanner.count - LONGEST_SPAN - 1);
      this.#matchAll(scanner, { until, before }, visit);
      scanner.dropFirst(until);
      before += until;
      yield;
    }
    scanner.finish(text);
    this.#matchAll(scanner, { until: scanner.count, before }, visit);
    return before + scanner.count;
  }

  #matchAll(
    { ids, count }: WordScanner,
    { until, before }: { readonly until: number; readonly before: number },
    visit: PhraseVisitor<T>,
  ): void {
    for (let position = 0; position < until; position++) {
      const id = ids[position] ?? 0;
      if (id === 0) continue;
      for (const phrase of this.#byFirstWord[id] ?? []) {
        if (phrase.anchored && before + position > 0) continue;
        // Most phrases end here already, without the cost of a call.
        if (phrase.next !== 0 && phrase.next !== ids[position + 1]) continue;
        if (phrase.rest.length === 0 || matches(phrase.rest, ids, position, count))
          visit(phrase.value, before + position);
      }
    }
  }

  /** Elements with the same words share one table: there are many, and all of them shall stay in the processor's cache. */
  #fillFits(): void {
    const known = new Map<string, Uint8Array>();
    for (const element of this.#elements) {
      const name = element.words.join();
      const fits = known.get(name) ?? new Uint8Array(this.#byFirstWord.length);
      for (const word of element.words) fits[word] = 1;
      known.set(name, fits);
      element.fits = fits;
    }
  }

  #add(phrase: Phrase<T>): void {
    const anchored = phrase.pattern.startsWith('^');
    const tokens = (anchored ? phrase.pattern.slice(1) : phrase.pattern).trim().split(/\s+/);
    for (const variant of expandOptional(tokens)) {
      const [first, ...rest] = this.#toElements(variant);
      if (first === undefined) continue;
      const next = rest[0]?.gap === 0 ? rest[0].only : 0;
      const compiled = { value: phrase.value, anchored, next, rest };
      for (const id of first.words) this.#byFirstWord[id]?.push(compiled);
    }
  }

  #toElements(tokens: readonly string[]): Element[] {
    const elements: Element[] = [];
    let gap = 0;
    for (const token of tokens) {
      if (token.startsWith('~')) {
        gap = Math.min(Number(token.slice(1)) || 0, LONGEST_SPAN - 1);
        continue;
      }
      for (const words of this.#wordsOf(token)) {
        elements.push({ words, only: words.length === 1 ? (words[0] ?? 0) : 0, gap, fits: NOTHING });
        gap = 0;
      }
    }
    this.#elements.push(...elements);
    return elements;
  }

  /** One set of alternatives, or several when the token falls apart into words (hyphens, ideographs). */
  #wordsOf(token: string): number[][] {
    const alternatives = this.#expandGroups(token)
      .split('|')
      .filter((word) => word !== '');
    if (alternatives.length > 1) return [alternatives.map((word) => this.#idOf(word))];
    return splitWords(alternatives[0] ?? '').map((word) => [this.#idOf(word)]);
  }

  #expandGroups(token: string): string {
    return token
      .split('|')
      .map((part) =>
        part.startsWith('{') && part.endsWith('}') ? (this.groups[part.slice(1, -1)] ?? '') : part,
      )
      .join('|');
  }

  #idOf(word: string): number {
    const hashes = prefixHashes(word);
    const hash = hashes.at(-1) ?? 0;
    const known = this.#vocabulary.get(hash);
    if (known !== undefined) return known;
    for (const prefix of hashes) this.#prefixes.add(prefix);
    const id = this.#byFirstWord.length;
    this.#vocabulary.set(hash, id);
    this.#byFirstWord.push([]);
    return id;
  }
}

function matches(rest: readonly Element[], ids: Int32Array, start: number, count: number): boolean {
  let frontier = 1;
  for (const element of rest) {
    let reachable = frontier << 1;
    for (let gap = element.gap; gap > 0; gap--) reachable |= reachable << 1;
    frontier = 0;
    while (reachable !== 0) {
      const bit = 31 - clz32(reachable & -reachable);
      reachable &= reachable - 1;
      if (start + bit < count && fitsIn(element, ids[start + bit] ?? 0)) frontier |= 1 << bit;
    }
    if (frontier === 0) return false;
  }
  return true;
}

function fitsIn({ only, fits }: Element, id: number): boolean {
  return only === 0 ? fits[id] === 1 : only === id;
}

function expandOptional(tokens: readonly string[]): readonly (readonly string[])[] {
  let variants: string[][] = [[]];
  for (const token of tokens) {
    const optional = token.endsWith('?');
    const word = optional ? token.slice(0, -1) : token;
    variants = variants.flatMap((variant) =>
      optional ? [[...variant, word], variant] : [[...variant, word]],
    );
  }
  return variants;
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const piece of text.split(/[^\p{L}\p{M}\p{N}']/u)) {
    let plain = '';
    for (const character of piece) {
      if (!isIdeograph(character.charCodeAt(0))) plain += character;
      else words.push(character);
    }
    if (plain !== '') words.push(plain);
  }
  return words.filter((word) => word !== '');
}

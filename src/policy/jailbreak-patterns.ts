import { PhraseSet, type Phrase } from '../common/phrase-set';
import type { Steps } from '../common/steps';
import {
  GUARD_PHRASES,
  JAILBREAK_GROUPS,
  JAILBREAK_PHRASES,
  NEGATIONS,
} from './rules/jailbreak/jailbreak-phrases';

/** Cues this many words apart do not add up: a long document is not judged by its sum. */
const NEIGHBOURHOOD_WORDS = 350;
/** A guard word protects the phrases that begin within this many words. */
const GUARD_REACH_WORDS = 12;
/** Weight of one line of the operator's file: it blocks alone. */
const OPERATOR_WEIGHT = 1;

/** So many forgotten cues may lie around before they are cleared away. */
const MOST_FORGOTTEN = 4096;

interface Cue {
  readonly id: number;
  readonly weight: number;
}

interface ScoreOptions {
  readonly discountGuarded: boolean;
}

const GUARD: Cue = { id: -1, weight: 0 };
const NEGATION: Cue = { id: -2, weight: 0 };

/** The built-in phrases together with an operator's own, compiled once. */
export class JailbreakPatterns {
  readonly #phrases: PhraseSet<Cue>;
  readonly #cueCount: number;
  readonly #tally: CueTally;

  /** One phrase per line of the operator's file; empty lines and lines that start with `#` are left out. */
  constructor(operatorLines: readonly string[] = []) {
    const own = operatorLines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    const builtIn = JAILBREAK_PHRASES.flatMap(({ weight, patterns }) =>
      patterns.map((pattern) => ({ pattern, weight })),
    );
    const cues: Phrase<Cue>[] = [
      ...builtIn,
      ...own.map((pattern) => ({ pattern, weight: OPERATOR_WEIGHT })),
    ].map(({ pattern, weight }, id) => ({ pattern, value: { id, weight } }));
    this.#cueCount = cues.length;
    this.#tally = new CueTally(cues.length);
    const guards = [...guardsOf(GUARD_PHRASES, GUARD), ...guardsOf(NEGATIONS, NEGATION)];
    this.#phrases = new PhraseSet([...guards, ...cues], JAILBREAK_GROUPS);
  }

  /**
   * How much a text looks like an attempt to talk a model out of its rules; 1 and more is one. With
   * `discountGuarded`, phrases that are talked about ("if asked to ignore …, refuse") do not count:
   * for the operator's own system prompts, never for what a user writes.
   */
  score(text: string, options: ScoreOptions): number {
    this.#tally.start(options);
    this.#phrases.scan(text, this.#tally.visit);
    return this.#tally.highest;
  }

  /** The same in steps, for long texts; several may be under way at the same time. */
  *scoreInSteps(text: string, options: ScoreOptions): Steps<number> {
    const tally = new CueTally(this.#cueCount);
    tally.start(options);
    yield* this.#phrases.scanInSteps(text, tally.visit);
    return tally.highest;
  }
}

function guardsOf(patterns: readonly string[], value: Cue): Phrase<Cue>[] {
  return patterns.map((pattern) => ({ pattern, value }));
}

interface Seen {
  readonly cue: Cue;
  readonly word: number;
}

/** Sum of the distinct cues of the last words, and the highest it has been. Used for one text after the other. */
class CueTally {
  #highest = 0;
  #sum = 0;
  #oldest = 0;
  #seen: Seen[] = [];
  #guardedUntil = -1;
  #negatedWord = -1;
  #discountGuarded = false;
  /** Word at which each cue was seen last, plus one; 0 when it does not count at the moment. */
  readonly #lastWord: Int32Array;

  constructor(cueCount: number) {
    this.#lastWord = new Int32Array(cueCount);
  }

  get highest(): number {
    return this.#highest;
  }

  start({ discountGuarded }: ScoreOptions): void {
    for (const { cue } of this.#seen) this.#lastWord[cue.id] = 0;
    this.#seen.length = 0;
    this.#oldest = 0;
    this.#sum = 0;
    this.#highest = 0;
    this.#guardedUntil = -1;
    this.#negatedWord = -1;
    this.#discountGuarded = discountGuarded;
  }

  readonly visit = (cue: Cue, word: number): void => {
    if (cue === GUARD) {
      if (this.#discountGuarded) this.#guardedUntil = word + GUARD_REACH_WORDS;
    } else if (cue === NEGATION) {
      this.#negatedWord = word + 1;
    } else if (word > this.#guardedUntil && word !== this.#negatedWord) {
      this.#add(cue, word);
    }
  };

  #add(cue: Cue, word: number): void {
    this.#forget(word - NEIGHBOURHOOD_WORDS);
    if (this.#lastWord[cue.id] === 0) this.#sum += cue.weight;
    this.#lastWord[cue.id] = word + 1;
    this.#seen.push({ cue, word });
    this.#highest = Math.max(this.#highest, this.#sum);
  }

  #forget(before: number): void {
    for (
      let entry = this.#seen[this.#oldest];
      entry && entry.word < before;
      entry = this.#seen[++this.#oldest]
    ) {
      if (this.#lastWord[entry.cue.id] !== entry.word + 1) continue;
      this.#lastWord[entry.cue.id] = 0;
      this.#sum -= entry.cue.weight;
    }
    if (this.#oldest < MOST_FORGOTTEN) return;
    this.#seen = this.#seen.slice(this.#oldest);
    this.#oldest = 0;
  }
}

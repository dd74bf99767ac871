import { RE2JS } from 're2js';

/** What is looked at in one step; the engine takes microseconds per character for involved patterns. */
const STEP_CHARACTERS = 4096;
/** A step looks this much further, so that a match that begins in it can end. */
const LOOK_AHEAD = 2048;

export type Match = readonly [start: number, end: number];

/** An operator's own pattern of sensitive text, run by a linear-time engine: no pattern can stall the process. */
export class CustomPattern {
  readonly #compiled: RE2JS;

  /** Throws an Error that says what is wrong with the pattern. */
  constructor(readonly source: string) {
    this.#compiled = RE2JS.compile(source);
    if (this.#compiled.matcher('').find()) throw new Error('matches the empty text');
  }

  /** Start and end of every match, without overlaps. */
  findAll(text: string): readonly Match[] {
    const found: Match[] = [];
    const matcher = this.#compiled.matcher(text);
    while (matcher.find()) if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()]);
    return found;
  }

  /**
   * The same in steps, for long texts. A match may be some two thousand characters long; the rest of
   * a longer one counts as another match. `^` and `$` mean the ends of the whole text.
   */
  *findInSteps(text: string): Generator<readonly Match[], void, undefined> {
    for (let from = 0; from < text.length;) {
      const to = from + STEP_CHARACTERS;
      const found = this.#findFrom(text, from, to);
      yield found;
      from = Math.max(to, found.at(-1)?.[1] ?? 0);
    }
  }

  /** One character before and many behind are in view, as what `\b`, `^` and `$` ask for. */
  #findFrom(text: string, from: number, to: number): Match[] {
    const viewStart = Math.max(0, from - 1);
    const viewEnd = Math.min(text.length, to + LOOK_AHEAD);
    // Where the view is cut, a line break keeps `$` from matching.
    const matcher = this.#compiled.matcher(
      text.slice(viewStart, viewEnd) + (viewEnd < text.length ? '\n' : ''),
    );
    const found: Match[] = [];
    for (let isFound = matcher.find(from - viewStart); isFound; isFound = matcher.find()) {
      const start = viewStart + matcher.start();
      const end = Math.min(viewStart + matcher.end(), viewEnd);
      if (start >= to) break;
      if (end > start) found.push([start, end]);
    }
    return found;
  }
}

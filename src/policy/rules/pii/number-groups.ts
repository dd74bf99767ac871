import { isDigit } from './characters';

/** A run of digits and what stands between it and the run before. */
export interface NumberGroup {
  readonly start: number;
  readonly end: number;
  /** The one to three separators since the previous run, packed by `gapOf`; 0 when anything else lies between. */
  readonly gap: number;
}

const GAP_CHARACTERS = ' -./()\u2011\u2013\u00a0';
const asciiGapSigns = Uint8Array.from(
  { length: 128 },
  (_, code) => GAP_CHARACTERS.indexOf(String.fromCharCode(code)) + 1,
);
const LONGEST_GAP = 3;
const BITS = 4;
/** A letter or another short sign between two runs may still belong to one number. */
const CLOSE = 4;
/** Numbers that are joined to each other for longer than this are no number anybody knows. */
const LONGEST_CHAIN = 1024;

/** Packs separators, for comparison with the gaps of groups: four bits each. */
export function gapOf(separators: string): number {
  return packGap(separators, 0, separators.length);
}

export function gapLength(gap: number): number {
  if (gap === 0) return 0;
  if (gap < 1 << BITS) return 1;
  return gap < 1 << (2 * BITS) ? 2 : 3;
}

/** True when a separator, packed alone, is part of a gap. */
export function gapIncludes(gap: number, separator: number): boolean {
  for (let rest = gap; rest !== 0; rest >>= BITS) if ((rest & 15) === separator) return true;
  return false;
}

/**
 * All runs of digits that begin between `from` and `to`, and those behind `to` that are tied to the
 * last of them, so that no number is cut in two. Only an endless run is cut: no number is that long.
 */
export function findNumberGroups(text: string, from: number, to: number): NumberGroup[] {
  const groups: NumberGroup[] = [];
  const limit = Math.min(text.length, to + LONGEST_CHAIN);
  let previousEnd = -1;
  for (let i = from; i < limit; i++) {
    if (!isDigit(text.charCodeAt(i))) {
      if (i >= to && i - previousEnd > CLOSE) break;
      continue;
    }
    const start = i;
    while (i < limit && isDigit(text.charCodeAt(i))) i++;
    groups.push({ start, end: i, gap: previousEnd < 0 ? 0 : packGap(text, previousEnd, start) });
    previousEnd = i;
  }
  return groups;
}

function packGap(text: string, from: number, to: number): number {
  if (to - from > LONGEST_GAP) return 0;
  let gap = 0;
  for (let i = from; i < to; i++) {
    const sign = gapSign(text.charCodeAt(i));
    if (sign === 0) return 0;
    gap = (gap << BITS) | sign;
  }
  return gap;
}

function gapSign(code: number): number {
  if (code < 128) return asciiGapSigns[code] ?? 0;
  return code < 0xa0 ? 0 : GAP_CHARACTERS.indexOf(String.fromCharCode(code)) + 1;
}

/** Digits of a span without its separators. */
export function digitsOf(text: string, start: number, end: number): string {
  let digits = '';
  for (let i = start; i < end; i++) if (isDigit(text.charCodeAt(i))) digits += text.charAt(i);
  return digits;
}

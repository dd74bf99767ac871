import { detectAddress } from './address';
import { detectCreditCard } from './credit-card';
import { detectEmail } from './email';
import { detectIban } from './iban';
import { detectIpv4, detectIpv6 } from './ip-address';
import { detectJwt } from './jwt';
import { detectNationalId } from './national-id';
import { detectPhone } from './phone';
import { ContextWords } from './context-words';
import { findNumberGroups } from './number-groups';
import type { PiiDetector, PiiSpan } from './pii-detector';
import { detectUsSsn } from './us-ssn';

/** A text is looked at in stretches of this many characters, which bounds time and memory of each. */
const STRETCH = 8192;
const NO_SPANS: readonly PiiSpan[] = [];

interface ListedDetector {
  readonly detect: PiiDetector;
  /** What a stretch must hold to be worth a look; digits when left out. */
  readonly sign?: string;
}

/** Most specific first: where two overlap, the earlier one names the type. */
const DETECTORS: readonly ListedDetector[] = [
  { detect: detectJwt, sign: 'eyJ' },
  { detect: detectEmail, sign: '@' },
  { detect: detectIpv6, sign: ':' },
  { detect: detectIban },
  { detect: detectCreditCard },
  { detect: detectUsSsn },
  { detect: detectIpv4 },
  { detect: detectNationalId },
  { detect: detectPhone },
  { detect: detectAddress },
];

/** All personal data of a text, in order and without overlaps. */
export function detectPii(text: string): PiiSpan[] {
  const found: PiiSpan[] = [];
  for (const spans of searchPii(text)) for (const span of spans) found.push(span);
  return found;
}

/**
 * The same piece by piece: each step looks at some kilobytes, so the caller may do something else
 * between two steps. A number or token is never cut by a border between pieces.
 */
export function* searchPii(text: string): Generator<readonly PiiSpan[], void, void> {
  let from = 0;
  for (let start = 0; start < text.length;) {
    const stretch = lookAt(text, start, from);
    yield stretch.spans;
    from = Math.max(from, stretch.spans.at(-1)?.end ?? 0);
    start = Math.max(stretch.end, from);
  }
}

interface Stretch {
  readonly spans: readonly PiiSpan[];
  readonly end: number;
}

/** Personal data that is anchored between `start` and the end of the stretch. */
function lookAt(text: string, start: number, from: number): Stretch {
  const planned = Math.min(start + STRETCH, text.length);
  const groups = findNumberGroups(text, start, planned);
  const end = Math.max(planned, groups.at(-1)?.end ?? 0);
  const piece = start === 0 && end === text.length ? text : text.slice(start, end);
  const scan = { text, start, end, from, groups, context: new ContextWords(text, start, end) };
  let lists: (readonly PiiSpan[])[] | undefined;
  for (const { detect, sign } of DETECTORS) {
    if (sign === undefined ? groups.length === 0 : !piece.includes(sign)) continue;
    const spans = detect(scan);
    if (spans.length > 0) (lists ??= []).push(spans);
  }
  return { spans: lists === undefined ? NO_SPANS : withoutOverlaps(lists), end };
}

/** Merges lists of spans; a span that overlaps one of an earlier list is dropped, an address only gives way to what it does not contain. */
export function withoutOverlaps(lists: readonly (readonly PiiSpan[])[]): readonly PiiSpan[] {
  if (lists.length === 1 && lists[0] && areInOrder(lists[0])) return lists[0];
  const found = lists.flatMap((spans, rank) => spans.map((span) => ({ span, rank })));
  found.sort((a, b) => a.span.start - b.span.start || a.rank - b.rank);
  const kept: { span: PiiSpan; rank: number }[] = [];
  for (const next of found) {
    const last = kept.at(-1);
    if (!last || next.span.start >= last.span.end) kept.push(next);
    else if (next.rank < last.rank && last.span.type !== 'ADDRESS') kept[kept.length - 1] = next;
  }
  return kept.map(({ span }) => span);
}

function areInOrder(spans: readonly PiiSpan[]): boolean {
  return spans.every((span, i) => i === 0 || span.start >= (spans[i - 1]?.end ?? 0));
}

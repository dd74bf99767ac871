import { crc32 } from 'node:zlib';
import { isJsonObject, parseJson } from '../../common/json';
import type { OutboxLine, OutboxLineKind } from './outbox-line';

const NEWLINE = 10;
const CHECKSUM_CHARACTERS = 8;
const FRAME_START = /[0-9a-f]{8} \["[ioe]",/g;
const MAX_RESYNC_TRIES = 64;
const MARKS = { intent: 'i', outcome: 'o', event: 'e' } as const satisfies Record<OutboxLineKind, string>;
const KINDS: ReadonlyMap<unknown, OutboxLineKind> = new Map([
  ['i', 'intent'],
  ['o', 'outcome'],
  ['e', 'event'],
]);
/** Lines written before there were topics name none. */
const FIRST_TOPIC = 'usage';

/** What one stretch of a segment file held. */
export interface DecodedLines {
  readonly lines: readonly OutboxLine[];
  /** Stretches that are not a line as written; the lines around them are unharmed. */
  readonly corrupted: number;
  /** The last line is incomplete: its writer died in the middle and never acknowledged it. */
  readonly torn: boolean;
}

/**
 * One line of a segment file: CRC-32 of the JSON text in hexadecimal, a blank, the JSON text, a line feed. The text
 * is an array of kind, id, payload and topic.
 */
export function encodeLine(line: OutboxLine): string {
  const text = JSON.stringify([MARKS[line.kind], line.id, line.payload, line.topic]);
  return `${checksum(text)} ${text}\n`;
}

/** Reads whole segment content; never throws. Unreadable stretches are counted and skipped. */
export function decodeLines(content: Buffer): DecodedLines {
  const lines: OutboxLine[] = [];
  let corrupted = 0;
  let start = 0;
  for (;;) {
    const end = content.indexOf(NEWLINE, start);
    if (end < 0) break;
    corrupted += collect(content.toString('utf8', start, end), lines);
    start = end + 1;
  }
  const rest = content.toString('utf8', start);
  // A complete line that lacks only its line feed is as good as any.
  const last = rest === '' ? undefined : decodeFrame(rest);
  if (last) lines.push(last);
  return { lines, corrupted, torn: rest !== '' && last === undefined };
}

/** Adds what the text holds to `lines`; returns 1 when part of it was unreadable. */
function collect(text: string, lines: OutboxLine[]): 0 | 1 {
  const whole = decodeFrame(text);
  if (whole) {
    lines.push(whole);
    return 0;
  }
  const found = resynchronize(text);
  if (found) lines.push(found);
  return 1;
}

/** A line whose predecessor lost its line feed (damaged or half written) hangs on to it; find it by its own checksum. */
function resynchronize(text: string): OutboxLine | undefined {
  let tries = 0;
  for (const match of text.matchAll(FRAME_START)) {
    if (++tries > MAX_RESYNC_TRIES) return undefined;
    const found = match.index > 0 ? decodeFrame(text.slice(match.index)) : undefined;
    if (found) return found;
  }
  return undefined;
}

function decodeFrame(text: string): OutboxLine | undefined {
  const json = text.slice(CHECKSUM_CHARACTERS + 1);
  if (text[CHECKSUM_CHARACTERS] !== ' ' || checksum(json) !== text.slice(0, CHECKSUM_CHARACTERS))
    return undefined;
  const value = parseJson(json);
  if (!Array.isArray(value)) return undefined;
  const members: readonly unknown[] = value;
  const [mark, id, payload, topic = FIRST_TOPIC] = members;
  const kind = KINDS.get(mark);
  if (!kind || typeof id !== 'string' || !isJsonObject(payload) || typeof topic !== 'string')
    return undefined;
  return { topic, kind, id, payload };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_CHARACTERS, '0');
}

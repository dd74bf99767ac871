import { StringDecoder } from 'node:string_decoder';

/** One server-sent event. */
export interface SseEvent {
  /** Value of the `event:` line; empty when there was none. */
  readonly name: string;
  /** All `data:` lines, joined by line feeds. */
  readonly data: string;
}

/** A line or an event is longer than anybody sane sends. */
export class SseLimitExceeded extends Error {}

const MAX_LINE_CHARACTERS = 1_048_576;
const LINE_FEED = 10;
const COLON = 58;
const SPACE = 32;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Turns bytes into server-sent events, however the network cut them: inside a character, a line
 * ending or a field name. Takes LF, CRLF and CR, comments, a missing space after the colon, several
 * data lines, and a last event without blank line. One parser per stream.
 */
export class SseParser {
  private readonly decoder = new StringDecoder('utf8');
  private line = '';
  private name = '';
  private data: string | undefined;
  private started = false;
  /** The previous piece ended in a carriage return: a line feed at the front belongs to it. */
  private afterCarriageReturn = false;
  private events: SseEvent[] = [];

  constructor(private readonly maxLineCharacters = MAX_LINE_CHARACTERS) {}

  /** The events that are complete with this piece. Throws {@link SseLimitExceeded}. */
  push(chunk: Buffer): readonly SseEvent[] {
    return this.pushText(this.decoder.write(chunk));
  }

  /** What is left when the stream ends: at most one event. */
  end(): readonly SseEvent[] {
    const events = [...this.pushText(this.decoder.end())];
    if (this.line !== '') this.takeLine(this.line);
    this.line = '';
    this.dispatch();
    return [...events, ...this.take()];
  }

  private pushText(text: string): readonly SseEvent[] {
    let start = this.skipLeading(text);
    // Only the new piece is searched: a long line that comes in tiny pieces stays linear.
    let carriageReturn = text.indexOf('\r', start);
    let lineFeed = text.indexOf('\n', start);
    while (carriageReturn !== -1 || lineFeed !== -1) {
      const end =
        carriageReturn === -1 || (lineFeed !== -1 && lineFeed < carriageReturn) ? lineFeed : carriageReturn;
      this.endLine(text.slice(start, end));
      start = end + 1;
      if (end === carriageReturn) {
        if (start === text.length) this.afterCarriageReturn = true;
        else if (text.charCodeAt(start) === LINE_FEED) start += 1;
        carriageReturn = text.indexOf('\r', start);
      }
      if (lineFeed !== -1 && lineFeed < start) lineFeed = text.indexOf('\n', start);
    }
    if (start < text.length) this.keep(text.slice(start));
    return this.take();
  }

  private skipLeading(text: string): number {
    if (text === '') return 0;
    const first = text.charCodeAt(0);
    const skip =
      (this.afterCarriageReturn && first === LINE_FEED) || (!this.started && first === BYTE_ORDER_MARK);
    this.afterCarriageReturn = false;
    this.started = true;
    return skip ? 1 : 0;
  }

  private keep(rest: string): void {
    this.line += rest;
    if (this.line.length > this.maxLineCharacters) throw new SseLimitExceeded();
  }

  private endLine(rest: string): void {
    const line = this.line === '' ? rest : this.line + rest;
    this.line = '';
    if (line.length > this.maxLineCharacters) throw new SseLimitExceeded();
    if (line === '') this.dispatch();
    else this.takeLine(line);
  }

  private takeLine(line: string): void {
    if (line.startsWith('data')) this.takeData(line);
    else if (line.startsWith('event:')) this.name = valueAfter(line, 'event'.length);
  }

  private takeData(line: string): void {
    if (line.length > 4 && line.charCodeAt(4) !== COLON) return;
    const value = line.length === 4 ? '' : valueAfter(line, 4);
    this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    if (this.data.length > this.maxLineCharacters) throw new SseLimitExceeded();
  }

  private dispatch(): void {
    if (this.data !== undefined) this.events.push({ name: this.name, data: this.data });
    this.data = undefined;
    this.name = '';
  }

  private take(): readonly SseEvent[] {
    const events = this.events;
    if (events.length > 0) this.events = [];
    return events;
  }
}

function valueAfter(line: string, colon: number): string {
  return line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
}

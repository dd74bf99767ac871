/** Frame header of the PostgreSQL wire protocol 3: one type byte and a length that counts itself. */
const headerBytes = 5;

/** The peer broke the protocol or a limit; `sqlState` goes into the fatal error it is told. */
export class WireProtocolError extends Error {
  override readonly name = 'WireProtocolError';

  constructor(
    readonly sqlState: '08P01' | '54000',
    message: string,
  ) {
    super(message);
  }
}

export interface FrameReaderLimits {
  /** Largest start-up packet, which comes before the password and so from anybody (PostgreSQL: 10,000). */
  readonly startupBytes: number;
  /** Largest single message after the password. */
  readonly messageBytes: number;
}

/**
 * Cuts a byte stream into frames, whatever the chunk borders. The first frame of a connection is a start-up packet
 * (no type byte); `expectMessages()` switches to typed messages. A length is refused as soon as its header is there,
 * so a liar cannot make us buffer. A large message is joined once, not once per chunk.
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private bufferedBytes = 0;
  private headerSize = 4;

  constructor(private readonly limits: FrameReaderLimits) {}

  /** Bytes that wait for the rest of their frame. */
  get pendingBytes(): number {
    return this.bufferedBytes;
  }

  expectMessages(): void {
    this.headerSize = headerBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bufferedBytes += chunk.length;
  }

  /** The next whole frame including its header, or undefined until more bytes come. */
  next(): Buffer | undefined {
    if (this.bufferedBytes < this.headerSize) return undefined;
    const frameBytes = this.frameBytes(this.joinUpTo(this.headerSize));
    if (this.bufferedBytes < frameBytes) return undefined;
    const joined = this.joinUpTo(frameBytes);
    this.bufferedBytes -= frameBytes;
    if (joined.length === frameBytes) this.chunks.shift();
    else this.chunks[0] = joined.subarray(frameBytes);
    return joined.subarray(0, frameBytes);
  }

  private frameBytes(start: Buffer): number {
    const isStartup = this.headerSize === 4;
    const declared = start.readInt32BE(this.headerSize - 4);
    if (declared < (isStartup ? 8 : 4)) throw new WireProtocolError('08P01', 'invalid message length');
    const limit = isStartup ? this.limits.startupBytes : this.limits.messageBytes;
    if (declared > limit) {
      throw new WireProtocolError('54000', `message of ${declared} bytes exceeds the limit of ${limit}`);
    }
    return declared + (isStartup ? 0 : 1);
  }

  /** Makes the first chunk hold at least `bytes`; the caller knows that so many are buffered. */
  private joinUpTo(bytes: number): Buffer {
    const first = this.chunks[0];
    if (first !== undefined && first.length >= bytes) return first;
    const joined = Buffer.concat(this.chunks);
    this.chunks = [joined];
    return joined;
  }
}

export interface FrameView {
  readonly type: string;
  /** Offsets of the frame in the buffer; the body starts at `start + 5`. */
  readonly start: number;
  readonly end: number;
}

/** Walks over the whole frames of a server answer without copying. */
export function* framesOf(answer: Buffer): Generator<FrameView> {
  let start = 0;
  while (start + headerBytes <= answer.length) {
    const end = start + 1 + answer.readInt32BE(start + 1);
    yield { type: String.fromCharCode(answer[start] ?? 0), start, end };
    start = end;
  }
}

/** Text up to the zero byte at or after `offset`, and where the next field starts. */
export function readCString(frame: Buffer, offset: number): { text: string; next: number } {
  const end = frame.indexOf(0, offset);
  if (end < 0) throw new WireProtocolError('08P01', 'string without terminator');
  return { text: frame.toString('utf8', offset, end), next: end + 1 };
}

/** One typed message. */
export function frame(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const message = Buffer.allocUnsafe(headerBytes + body.length);
  message.write(type, 0, 'latin1');
  message.writeInt32BE(body.length + 4, 1);
  body.copy(message, headerBytes);
  return message;
}

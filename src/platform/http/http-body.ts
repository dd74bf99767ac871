import { HttpFailure } from './http-failure';

/** Bytes kept in memory before the server is asked to wait. */
const HIGH_WATER_BYTES = 256 * 1024;
/** How long a discarded rest may take before the connection is given up. */
const DISCARD_MS = 1_000;

/** How the body slows down or stops the connection it comes from. */
export interface BodySource {
  pause(): void;
  resume(): void;
  cancel(): void;
}

/**
 * The bytes of an answer, to be read once by one reader. Reading slowly slows the server down;
 * leaving the loop early closes the connection, which tells the server to stop.
 */
export class HttpBody implements AsyncIterable<Buffer>, AsyncIterator<Buffer, undefined> {
  private readonly chunks: Buffer[] = [];
  private queuedBytes = 0;
  private paused = false;
  private ended = false;
  private failure: HttpFailure | undefined;
  private discardTimer: NodeJS.Timeout | undefined;
  private waiting: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined;

  constructor(private readonly source: BodySource) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const chunk = this.chunks.shift();
    if (chunk) return Promise.resolve({ done: false, value: this.taken(chunk) });
    if (this.failure) return Promise.reject(this.failure);
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    this.waiting ??= Promise.withResolvers();
    return this.waiting.promise;
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Closes the connection unless the answer is already complete. */
  cancel(): void {
    if (this.discardTimer || this.ended || this.failure) return;
    this.close();
  }

  /**
   * Nothing more is of interest. The rest is thrown away so that the connection can be used again;
   * when it does not end soon, the connection is closed.
   */
  discard(): void {
    if (this.discardTimer || this.ended || this.failure) return;
    this.discardTimer = setTimeout(() => this.close(), DISCARD_MS).unref();
    this.chunks.length = 0;
    if (this.paused) this.source.resume();
  }

  /**
   * The whole body as text; fails with `too_large` as soon as it exceeds the cap. `accept` looks at the first piece: what it
   * throws ends the reading before the rest takes memory.
   */
  async text(maxBytes: number, accept?: (first: Buffer) => void): Promise<string> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this) {
      if (bytes === 0) accept?.(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) throw new HttpFailure({ reason: 'too_large', sent: true });
      parts.push(chunk);
    }
    const [only] = parts;
    return parts.length === 1 && only ? only.toString('utf8') : Buffer.concat(parts).toString('utf8');
  }

  /** Called by the client for each piece that arrives. */
  push(chunk: Buffer): void {
    if (this.ended || this.discardTimer) return;
    if (this.waiting) {
      this.waiting.resolve({ done: false, value: chunk });
      this.waiting = undefined;
      return;
    }
    this.chunks.push(chunk);
    this.queuedBytes += chunk.length;
    if (this.queuedBytes > HIGH_WATER_BYTES && !this.paused) {
      this.paused = true;
      this.source.pause();
    }
  }

  /** Called by the client after the last piece. */
  end(): void {
    clearTimeout(this.discardTimer);
    this.ended = true;
    this.waiting?.resolve({ done: true, value: undefined });
  }

  /** Called by the client when the connection breaks. What has arrived before is still handed out first. */
  fail(failure: HttpFailure): void {
    if (this.ended) return;
    clearTimeout(this.discardTimer);
    this.failure = failure;
    this.waiting?.reject(failure);
  }

  private close(): void {
    this.ended = true;
    this.chunks.length = 0;
    this.waiting?.resolve({ done: true, value: undefined });
    this.source.cancel();
  }

  private taken(chunk: Buffer): Buffer {
    this.queuedBytes -= chunk.length;
    if (this.paused && this.queuedBytes < HIGH_WATER_BYTES / 2) {
      this.paused = false;
      this.source.resume();
    }
    return chunk;
  }
}

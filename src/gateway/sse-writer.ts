import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../common/json';

const KEEP_ALIVE_MS = 10_000;
/** A client that takes nothing for this long is treated as gone: it keeps a call and its money busy. */
const STUCK_READER_MS = 120_000;

/**
 * Writes server-sent events with back-pressure: a reader that does not read stops the stream at the
 * vendor instead of filling our memory. Sends a comment every ten seconds of silence.
 */
export class SseWriter {
  private keepAlive: NodeJS.Timeout | undefined;
  private lastWriteMs = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly stuckReaderMs: number = STUCK_READER_MS,
  ) {}

  /** Sends status 200 and the headers; from now on errors travel as events. */
  open(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    this.response.flushHeaders();
    this.lastWriteMs = performance.now();
    this.keepAlive = setInterval(() => this.beat(), KEEP_ALIVE_MS / 2).unref();
  }

  get isOpen(): boolean {
    return this.response.headersSent;
  }

  /** Resolves when the event is handed over and the client keeps up. */
  async send(data: JsonObject): Promise<void> {
    await this.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  /** Ends the stream the way OpenAI's clients expect. */
  async done(): Promise<void> {
    await this.write('data: [DONE]\n\n');
    this.close();
  }

  close(): void {
    clearInterval(this.keepAlive);
    if (!this.response.writableEnded) this.response.end();
  }

  private async write(text: string): Promise<void> {
    this.lastWriteMs = performance.now();
    if (this.response.destroyed || this.response.write(text)) return;
    await drained(this.response, this.stuckReaderMs);
  }

  private beat(): void {
    if (performance.now() - this.lastWriteMs < KEEP_ALIVE_MS || this.response.writableNeedDrain) return;
    this.response.write(': keep-alive\n\n');
    this.lastWriteMs = performance.now();
  }
}

/** Waits until the client has read enough, or has left; a reader that is stuck for too long is disconnected. */
function drained(response: ServerResponse, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), timeoutMs).unref();
    const finish = (): void => {
      clearTimeout(timer);
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.on('drain', finish);
    response.on('close', finish);
  });
}

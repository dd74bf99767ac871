import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Handshake, HandshakeStep } from './handshake';
import { PreparedStatements } from './prepared-statements';
import { backendKeyData, errorResponse, type ErrorFields, readyForQuery } from './wire-messages';
import { FrameReader, WireProtocolError } from './wire-protocol';

/** What a session tells the server about itself. */
export interface SessionHost {
  /** The session has a batch and room for its answer. */
  batchReady(session: Session): void;
  cancelRequested(processId: number, secret: number): void;
  left(session: Session): void;
}

export interface SessionSettings {
  readonly handshake: Handshake;
  readonly processId: number;
  /** Largest message and largest batch; more ends the connection. */
  readonly maxMessageBytes: number;
}

const maxStartupBytes = 10_000;
/** Input beyond this waits in the client's socket while a batch is in the queue. */
const inputHighWaterBytes = 1024 * 1024;
/** A listener that does not read is disconnected when so many notifications wait for it. */
const notificationBacklogBytes = 8 * 1024 * 1024;

const batchEnds = new Set(['Q', 'S', 'H']);
const batchParts = new Set(['P', 'B', 'D', 'E', 'C']);
/** Copy data after a refused COPY; PostgreSQL ignores it in this place too. */
const ignored = new Set(['d', 'c', 'f']);

/**
 * One client connection: cuts its input into batches (everything up to Query, Sync or Flush) and offers one at a time.
 * Back-pressure both ways: no batch is offered while the last answer waits in the socket, so a client that does not
 * read holds at most one answer; and its input is left in the kernel while a batch of it waits.
 */
export class Session {
  readonly secret = randomInt(1, 2 ** 31 - 1);
  readonly statements: PreparedStatements;
  readonly processId: number;
  private readonly reader: FrameReader;
  private state: 'startup' | 'password' | 'ready' | 'closed' = 'startup';
  private messages: Buffer[] = [];
  private messageBytes = 0;
  private readonly batches: Buffer[][] = [];
  private batchBytes = 0;
  private isOffered = false;
  private isLeaving = false;
  private skipsToSync = false;

  constructor(
    private readonly socket: Socket,
    private readonly host: SessionHost,
    private readonly settings: SessionSettings,
  ) {
    this.processId = settings.processId;
    this.statements = new PreparedStatements(`c${this.processId}_`);
    this.reader = new FrameReader({ startupBytes: maxStartupBytes, messageBytes: settings.maxMessageBytes });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => this.offer());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.closed());
  }

  get isReady(): boolean {
    return this.state === 'ready';
  }

  get applicationName(): string {
    return this.settings.handshake.applicationName;
  }

  /** Bytes the client took so far and bytes that wait for it. */
  get output(): { readonly takenBytes: number; readonly waitingBytes: number } {
    const waitingBytes = this.socket.writableLength;
    return { takenBytes: this.socket.bytesWritten - waitingBytes, waitingBytes };
  }

  /** The batch that was offered; `completed` must follow. */
  takeBatch(): Buffer[] {
    const batch = this.batches.shift() ?? [];
    this.batchBytes -= sizeOf(batch);
    return batch;
  }

  completed(): void {
    this.isOffered = false;
    this.regulateInput();
    this.offer();
  }

  /** Answers the offered batch with an error instead of running it, outside of any transaction. */
  refuseBatch(error: Omit<ErrorFields, 'severity'>): void {
    const endsWithFlush = typeOf(this.takeBatch().at(-1)) === 'H';
    this.send(errorResponse({ ...error, severity: 'ERROR' }));
    if (endsWithFlush) this.skipQueuedToSync();
    else this.send(readyForQuery('I'));
    this.completed();
  }

  send(bytes: Buffer): void {
    if (bytes.length > 0 && this.socket.writable) this.socket.write(bytes);
  }

  notify(bytes: Buffer): void {
    if (this.socket.writableLength > notificationBacklogBytes) this.socket.destroy();
    else this.send(bytes);
  }

  /** Ends the connection with a last word. */
  terminate(error: Omit<ErrorFields, 'severity'>): void {
    this.send(errorResponse({ ...error, severity: 'FATAL' }));
    this.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private end(): void {
    this.isLeaving = true;
    this.closed();
    // A client that does not read would keep a half-closed socket open for ever.
    if (this.socket.writableNeedDrain) this.socket.destroy();
    else this.socket.end(() => this.socket.destroy());
  }

  private closed(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.host.left(this);
  }

  private receive(chunk: Buffer): void {
    if (this.isDone()) return;
    this.reader.push(chunk);
    try {
      for (let frame = this.reader.next(); frame !== undefined; frame = this.reader.next()) {
        this.handle(frame);
        if (this.isDone()) return;
      }
    } catch (error) {
      if (!(error instanceof WireProtocolError)) throw error;
      this.terminate({ sqlState: error.sqlState, message: error.message });
    }
    this.regulateInput();
  }

  private handle(frame: Buffer): void {
    if (this.state === 'startup') this.proceed(this.settings.handshake.startup(frame));
    else if (this.state === 'password') this.proceed(this.settings.handshake.password(frame));
    else this.collect(frame);
  }

  private proceed(step: HandshakeStep): void {
    if (step.kind === 'cancel') {
      this.host.cancelRequested(step.processId, step.secret);
      this.end();
      return;
    }
    this.send(step.bytes);
    if (step.kind === 'refused') this.end();
    if (step.kind === 'ask_password') {
      this.state = 'password';
      this.reader.expectMessages();
    }
    if (step.kind === 'accepted') {
      this.state = 'ready';
      this.socket.setTimeout(0);
      this.send(Buffer.concat([backendKeyData(this.processId, this.secret), readyForQuery('I')]));
    }
  }

  private collect(message: Buffer): void {
    const type = typeOf(message);
    if (type === 'X') {
      this.leaveAfterBatches();
      return;
    }
    if (ignored.has(type)) return;
    if (this.skipsToSync) this.skip(type);
    else this.append(message, type);
  }

  private append(message: Buffer, type: string): void {
    if (!batchParts.has(type) && !batchEnds.has(type)) {
      throw new WireProtocolError('08P01', `invalid frontend message type ${message[0] ?? 0}`);
    }
    this.messages.push(message);
    this.messageBytes += message.length;
    if (this.messageBytes > this.settings.maxMessageBytes) {
      throw new WireProtocolError(
        '54000',
        `batch exceeds the limit of ${this.settings.maxMessageBytes} bytes`,
      );
    }
    if (batchEnds.has(type)) this.completeBatch();
  }

  /** As PostgreSQL does after an error: whatever comes before the next Sync is not looked at. */
  private skipQueuedToSync(): void {
    const sync = this.batches.findIndex((batch) => typeOf(batch.at(-1)) === 'S');
    const skipped = this.batches.splice(0, sync < 0 ? this.batches.length : sync + 1);
    this.batchBytes -= skipped.reduce((sum, batch) => sum + sizeOf(batch), 0);
    if (sync >= 0) {
      this.send(readyForQuery('I'));
      return;
    }
    this.skipsToSync = true;
    this.messages = [];
    this.messageBytes = 0;
  }

  private skip(type: string): void {
    if (type !== 'S') return;
    this.skipsToSync = false;
    this.send(readyForQuery('I'));
  }

  private completeBatch(): void {
    this.batches.push(this.messages);
    this.batchBytes += this.messageBytes;
    this.messages = [];
    this.messageBytes = 0;
    this.offer();
  }

  private offer(): void {
    if (this.isOffered || this.state !== 'ready' || this.socket.writableNeedDrain) return;
    if (this.batches.length > 0) {
      this.isOffered = true;
      this.host.batchReady(this);
    } else if (this.isLeaving) this.end();
  }

  private isDone(): boolean {
    return this.isLeaving || this.state === 'closed';
  }

  private leaveAfterBatches(): void {
    this.isLeaving = true;
    this.offer();
  }

  private regulateInput(): void {
    const isFull = this.batches.length > 0 && this.batchBytes + this.messageBytes > inputHighWaterBytes;
    if (isFull && !this.socket.isPaused()) this.socket.pause();
    if (!isFull && this.socket.isPaused()) this.socket.resume();
  }
}

const typeOf = (message: Buffer | undefined): string => String.fromCharCode(message?.[0] ?? 0);
const sizeOf = (batch: readonly Buffer[]): number => batch.reduce((sum, message) => sum + message.length, 0);

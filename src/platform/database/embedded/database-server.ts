import { randomInt } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchRunner } from './batch-runner';
import { firstColumn, maintain } from './database-maintenance';
import { type Credentials, Handshake } from './handshake';
import { listenSql, NotificationRouter } from './notification-router';
import type { PostgresEngine } from './postgres-engine';
import { Session, type SessionHost } from './session';
import { SessionScheduler } from './session-scheduler';
import { query, syncMessage } from './wire-messages';

export interface ServerSettings extends Credentials {
  readonly port: number;
  readonly ownWaitLimitMs: number;
  readonly idleInTransactionLimitMs: number;
  /** A client that takes none of its answer for so long is disconnected. */
  readonly stalledReaderLimitMs: number;
  readonly maintenanceIntervalMs: number;
  readonly maxMessageBytes: number;
  readonly maxResultBytes: number;
  readonly maxConnections: number;
}

const handshakeLimitMs = 10_000;
const goodbyeLimitMs = 100;
const host = '127.0.0.1';

interface ReaderProgress {
  readonly takenBytes: number;
  readonly since: number;
}

/**
 * Lets any number of PostgreSQL clients share the one session of the engine. Everything runs on one thread and a batch
 * is executed synchronously, so between two events no batch is half done.
 */
export class DatabaseServer implements SessionHost {
  private readonly sessions = new Map<Session, ReaderProgress>();
  private readonly router = new NotificationRouter<Session>();
  private readonly scheduler: SessionScheduler<Session>;
  private readonly runner: BatchRunner;
  private readonly listener = createServer((socket) => this.accept(socket));
  private readonly serverVersion: string;
  private readonly timer: NodeJS.Timeout;
  /** Statements of our own that wait for the moment without an open transaction. */
  private chores: (() => void)[] = [];
  private nextProcessId = randomInt(10_000, 1_000_000);
  private maintainedAt = performance.now();
  private isPumping = false;
  private isPumpScheduled = false;

  constructor(
    private readonly engine: PostgresEngine,
    private readonly settings: ServerSettings,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.scheduler = new SessionScheduler(settings);
    this.runner = new BatchRunner(engine, this.router, settings.maxResultBytes);
    this.serverVersion = firstColumn(engine.run(query('show server_version')))[0] ?? '';
    const limits = [
      settings.ownWaitLimitMs,
      settings.idleInTransactionLimitMs,
      settings.maintenanceIntervalMs,
    ];
    this.timer = setInterval(() => this.guarded(() => this.enforceLimits()), Math.min(500, ...limits) / 2);
  }

  /** Resolves with the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen({ host, port: this.settings.port }, () => {
        const address = this.listener.address();
        resolve(typeof address === 'object' && address !== null ? address.port : this.settings.port);
      });
    });
  }

  /** Tells the clients, rolls back what is open and closes the files. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.listener.close();
    // A client that just said goodbye (pg's end() does not wait for us) must not get an error for an answer.
    const end = performance.now() + goodbyeLimitMs;
    while (this.sessions.size > 0 && performance.now() < end) await sleep(5);
    for (const session of [...this.sessions.keys()]) {
      session.terminate({
        sqlState: '57P01',
        message: 'terminating connection: the embedded database stops',
      });
    }
    await this.engine.close();
  }

  /** The database as gzip tar, taken at the next moment without an open transaction. */
  dump(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.whenFree(() => {
        this.runner.runOwn(query('checkpoint'));
        this.engine.dump('gzip').then(resolve, reject);
      });
    });
  }

  batchReady(session: Session): void {
    this.scheduler.enqueue(session, performance.now());
    this.pump();
  }

  cancelRequested(processId: number, secret: number): void {
    const session = [...this.sessions.keys()].find(
      (candidate) => candidate.processId === processId && candidate.secret === secret,
    );
    if (session === undefined || session === this.scheduler.ownedBy) return;
    if (!this.scheduler.withdraw(session, performance.now())) return;
    session.refuseBatch({ sqlState: '57014', message: 'canceling statement due to user request' });
  }

  left(session: Session): void {
    if (!this.sessions.delete(session)) return;
    this.guarded(() => {
      if (this.scheduler.leave(session)) {
        // Sync first: after an error in the extended protocol everything before it is ignored.
        this.runner.runOwn(Buffer.concat([syncMessage, query('rollback')]));
        this.scheduler.released();
      }
      const unwanted = this.router.leave(session);
      const closes = session.statements.closeAll();
      if (unwanted.length > 0) this.whenFree(() => this.unlisten(unwanted));
      if (closes.length > 0) this.whenFree(() => this.runner.runOwn(Buffer.concat([...closes, syncMessage])));
    });
    this.pump();
  }

  private accept(socket: Socket): void {
    socket.setTimeout(handshakeLimitMs, () => socket.destroy());
    this.nextProcessId += 1;
    const session = new Session(socket, this, {
      handshake: new Handshake(this.settings, this.serverVersion),
      processId: this.nextProcessId,
      maxMessageBytes: this.settings.maxMessageBytes,
    });
    this.sessions.set(session, { takenBytes: 0, since: performance.now() });
    if (this.sessions.size > this.settings.maxConnections) {
      session.terminate({ sqlState: '53300', message: 'sorry, too many clients already' });
    }
  }

  /** One batch per turn of the event loop, so that sockets are served between two. */
  private pump(): void {
    if (this.isPumping || this.isPumpScheduled) return;
    this.isPumping = true;
    this.guarded(() => {
      if (this.scheduler.isFree) this.doChores();
      this.runNext();
    });
    this.isPumping = false;
    if (this.scheduler.hasRunnable) this.schedulePump();
  }

  private schedulePump(): void {
    this.isPumpScheduled = true;
    setImmediate(() => {
      this.isPumpScheduled = false;
      this.pump();
    });
  }

  private runNext(): void {
    const session = this.scheduler.next();
    if (session === undefined) return;
    const status = this.runner.run(session);
    this.scheduler.finished(session, status !== 'I', performance.now());
    // A session ended by its own batch has left before the scheduler knew whether it owns the database.
    if (!this.sessions.has(session)) this.rollbackOf(session);
    session.completed();
  }

  private rollbackOf(session: Session): void {
    if (!this.scheduler.leave(session)) return;
    this.runner.runOwn(Buffer.concat([syncMessage, query('rollback')]));
    this.scheduler.released();
  }

  private unlisten(channels: readonly string[]): void {
    const wanted = this.router.wanted();
    const unwanted = channels.filter((channel) => !wanted.has(channel));
    if (unwanted.length > 0) this.runner.runOwn(query(listenSql('UNLISTEN', unwanted)));
  }

  private whenFree(chore: () => void): void {
    this.chores.push(chore);
    if (this.scheduler.isFree) this.guarded(() => this.doChores());
  }

  private doChores(): void {
    const chores = this.chores;
    this.chores = [];
    for (const chore of chores) chore();
  }

  private enforceLimits(): void {
    const now = performance.now();
    for (const session of this.scheduler.overdueWaiters(now)) this.refuseWaiting(session, now);
    this.scheduler.overdueOwner(now)?.terminate({
      sqlState: '25P03',
      message: `terminating connection: idle in a transaction for ${this.settings.idleInTransactionLimitMs} ms`,
    });
    this.dropStalledReaders(now);
    if (now - this.maintainedAt < this.settings.maintenanceIntervalMs || !this.scheduler.isFree) return;
    maintain((messages) => this.runner.runOwn(messages));
    this.maintainedAt = performance.now();
  }

  private refuseWaiting(session: Session, now: number): void {
    const owner = this.scheduler.ownedBy;
    if (!this.scheduler.withdraw(session, now)) return;
    session.refuseBatch({
      sqlState: '55P03',
      message:
        `waited ${this.settings.ownWaitLimitMs} ms for a transaction in which nothing happened ` +
        `(connection ${owner?.processId ?? 0} ${owner?.applicationName ?? ''}); ` +
        'the embedded database runs one transaction at a time',
      hint:
        'Code inside a transaction probably uses another connection and so waits for itself: ' +
        "use the transaction's own entity manager for every statement until it ends.",
    });
  }

  private dropStalledReaders(now: number): void {
    for (const [session, progress] of this.sessions) {
      const { takenBytes, waitingBytes } = session.output;
      const hasMoved = waitingBytes === 0 || takenBytes !== progress.takenBytes;
      if (hasMoved) this.sessions.set(session, { takenBytes, since: now });
      else if (now - progress.since >= this.settings.stalledReaderLimitMs) session.destroy();
    }
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.onFailure(error);
    }
  }
}

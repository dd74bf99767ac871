import type { PostgresEngine } from './postgres-engine';
import { listenSql, type NotificationRouter } from './notification-router';
import { unnamedAfter } from './prepared-statements';
import type { Session } from './session';
import { query, type TransactionStatus } from './wire-messages';
import { frame, framesOf, type FrameView, readCString } from './wire-protocol';

/** ReadyForQuery closes every complete answer and is six bytes long. */
const readyForQueryBytes = 6;

interface Answer {
  readonly bytes: Buffer;
  readonly isTooLarge: boolean;
}

/**
 * Runs one batch of one session and hands the answer out: results to the session, notifications to those who listen.
 */
export class BatchRunner {
  private unnamedBelongsTo: Session | undefined;

  constructor(
    private readonly engine: PostgresEngine,
    private readonly router: NotificationRouter<Session>,
    private readonly maxResultBytes: number,
  ) {}

  /** Returns the status the batch left behind; undefined when it ended with Flush and its Sync is still to come. */
  run(session: Session): TransactionStatus | undefined {
    const batch = session.takeBatch();
    const prepared = session.statements.prepare(batch, this.unnamedBelongsTo === session);
    this.router.expect(session, prepared.commands);
    const answer = this.execute(prepared.frames);
    this.noteUnnamed(session, batch, prepared.hiddenAnswers > 0);
    if (answer.isTooLarge) {
      session.terminate({ sqlState: '54000', message: `result exceeds ${this.maxResultBytes} bytes` });
      return statusAtEnd(answer.bytes);
    }
    return this.deliver(session, answer.bytes, prepared.hiddenAnswers);
  }

  /** Statements of our own; they end in state idle and their answer goes to nobody. */
  runOwn(messages: Buffer): Buffer {
    this.unnamedBelongsTo = undefined;
    return this.engine.run(messages);
  }

  private execute(frames: readonly Buffer[]): Answer {
    let parts: Buffer[] = [];
    let bytes = 0;
    let isTooLarge = false;
    const messages = frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
    this.engine.execute(messages, (part) => {
      bytes += part.length;
      // PostgreSQL cannot be stopped in the middle of an answer, so what is too much is thrown away as it comes.
      if (bytes > this.maxResultBytes) {
        isTooLarge = true;
        parts = [Buffer.concat([...parts.slice(-1), part]).subarray(-readyForQueryBytes)];
      } else parts.push(part);
    });
    return {
      bytes: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
      isTooLarge,
    };
  }

  private noteUnnamed(session: Session, batch: readonly Buffer[], wasReplayed: boolean): void {
    const after = unnamedAfter(batch);
    if (after === 'mine' || (after === 'unchanged' && wasReplayed)) this.unnamedBelongsTo = session;
    if (after === 'none') this.unnamedBelongsTo = undefined;
  }

  private deliver(session: Session, answer: Buffer, hiddenAnswers: number): TransactionStatus | undefined {
    let status: TransactionStatus | undefined;
    let hidden = hiddenAnswers;
    let keptFrom = 0;
    for (const view of framesOf(answer)) {
      const isHidden = hidden > 0 && (view.type === '1' || view.type === '3');
      if (isHidden || view.type === 'A') {
        session.send(answer.subarray(keptFrom, view.start));
        keptFrom = view.end;
      }
      if (isHidden) hidden -= 1;
      status = this.observe(session, answer, view) ?? status;
    }
    session.send(answer.subarray(keptFrom));
    return status;
  }

  private observe(session: Session, answer: Buffer, view: FrameView): TransactionStatus | undefined {
    if (view.type === 'A') this.notify(session, answer.subarray(view.start, view.end));
    else if (view.type === 'C') {
      this.router.commandCompleted(session, answer.toString('latin1', view.start + 5, view.end - 1));
    } else if (view.type === 'E') this.router.failed(session);
    else if (view.type === 'Z') return this.ready(session, toStatus(answer[view.start + 5]));
    return undefined;
  }

  private ready(session: Session, status: TransactionStatus): TransactionStatus {
    const mayHaveSilencedOthers = this.router.ready(session, status);
    const wanted = this.router.wanted();
    if (mayHaveSilencedOthers && wanted.size > 0) this.runOwn(query(listenSql('LISTEN', wanted)));
    return status;
  }

  /** The process id in the message becomes that of the sending connection: PostgreSQL sees one session only. */
  private notify(sender: Session, notification: Buffer): void {
    const body = Buffer.from(notification.subarray(5));
    body.writeInt32BE(sender.processId, 0);
    const message = frame('A', body);
    for (const listener of this.router.listeners(readCString(body, 4).text)) listener.notify(message);
  }
}

function statusAtEnd(answer: Buffer): TransactionStatus | undefined {
  const end = answer.subarray(-readyForQueryBytes);
  return end[0] === 'Z'.charCodeAt(0) && end.readInt32BE(1) === 5 ? toStatus(end[5]) : undefined;
}

function toStatus(byte: number | undefined): TransactionStatus {
  const status = String.fromCharCode(byte ?? 0);
  return status === 'T' || status === 'E' ? status : 'I';
}

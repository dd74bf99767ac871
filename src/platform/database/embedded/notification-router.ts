import type { SessionCommand } from './sql-commands';
import type { TransactionStatus } from './wire-messages';

interface Subscriptions {
  channels: ReadonlySet<string>;
  /** What the statements sent so far will do, in order, once the server confirms them. */
  expected: SessionCommand[];
  /** Confirmed inside a transaction that is still open. */
  staged: SessionCommand[];
  /** The first so many staged commands are undone when the transaction ends without another word. */
  undone: number;
}

const tagOf = {
  listen: 'LISTEN',
  unlisten: 'UNLISTEN',
  unlisten_all: 'UNLISTEN',
  copy_from_client: 'COPY',
} as const;

/**
 * Knows which client listens to which channel. For PostgreSQL all clients are one session that listens to the union;
 * so one client's UNLISTEN would silence the others, and `wanted()` tells what to LISTEN to again.
 * Follows transactions: a LISTEN counts from COMMIT and not after ROLLBACK. One liberty: a LISTEN undone by ROLLBACK
 * TO SAVEPOINT still counts (its client gets notifications it may ignore).
 */
export class NotificationRouter<S> {
  private readonly sessions = new Map<S, Subscriptions>();

  /** Call for each statement that is about to run. */
  expect(session: S, commands: readonly SessionCommand[]): void {
    if (commands.length > 0) this.of(session).expected.push(...commands);
  }

  /** Call for each CommandComplete, in order. */
  commandCompleted(session: S, tag: string): void {
    const state = this.sessions.get(session);
    if (state === undefined) return;
    if (tag === 'LISTEN' || tag === 'UNLISTEN') this.confirm(state, tag);
    else if (tag === 'DISCARD ALL') state.staged.push({ kind: 'unlisten_all' });
    else if (tag === 'ROLLBACK') state.undone = state.staged.length;
    else if (tag === 'COMMIT') state.undone = 0;
  }

  failed(session: S): void {
    const state = this.sessions.get(session);
    if (state !== undefined) state.undone = state.staged.length;
  }

  /** Call for each ReadyForQuery. True when the server may have stopped listening to a channel others want. */
  ready(session: S, status: TransactionStatus): boolean {
    const state = this.sessions.get(session);
    if (state === undefined) return false;
    state.expected = [];
    if (status !== 'I') {
      state.undone = 0;
      return false;
    }
    const committed = state.staged.slice(state.undone);
    state.staged = [];
    state.undone = 0;
    state.channels = committed.reduce(apply, state.channels);
    return committed.some((command) => command.kind !== 'listen');
  }

  /** Forgets the session; returns the channels nobody wants any more. */
  leave(session: S): string[] {
    const channels = this.sessions.get(session)?.channels ?? new Set();
    this.sessions.delete(session);
    const wanted = this.wanted();
    return [...channels].filter((channel) => !wanted.has(channel));
  }

  wanted(): Set<string> {
    return new Set([...this.sessions.values()].flatMap((state) => [...state.channels]));
  }

  listeners(channel: string): S[] {
    return [...this.sessions].filter(([, state]) => state.channels.has(channel)).map(([session]) => session);
  }

  private confirm(state: Subscriptions, tag: 'LISTEN' | 'UNLISTEN'): void {
    const index = state.expected.findIndex((command) => tagOf[command.kind] === tag);
    const [command] = index < 0 ? [] : state.expected.splice(index, 1);
    if (command !== undefined) state.staged.push(command);
  }

  private of(session: S): Subscriptions {
    const known = this.sessions.get(session);
    if (known !== undefined) return known;
    const fresh = { channels: new Set<string>(), expected: [], staged: [], undone: 0 };
    this.sessions.set(session, fresh);
    return fresh;
  }
}

function apply(channels: ReadonlySet<string>, command: SessionCommand): ReadonlySet<string> {
  if (command.kind === 'unlisten_all') return new Set();
  if (command.kind === 'listen') return new Set(channels).add(command.channel);
  if (command.kind === 'unlisten')
    return new Set([...channels].filter((channel) => channel !== command.channel));
  return channels;
}

/** SQL that makes the shared session listen (or stop listening) to the channels. */
export function listenSql(verb: 'LISTEN' | 'UNLISTEN', channels: Iterable<string>): string {
  return [...channels].map((channel) => `${verb} "${channel.replaceAll('"', '""')}"`).join('; ');
}

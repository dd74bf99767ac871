import { type SessionCommand, sessionCommandsOf } from './sql-commands';
import { closeStatement, query } from './wire-messages';
import { frame, readCString } from './wire-protocol';

export interface PreparedBatch {
  readonly frames: readonly Buffer[];
  /** LISTEN and the like in the order in which they will run. */
  readonly commands: readonly SessionCommand[];
  /** How many ParseComplete or CloseComplete messages at the start of the answer are not the client's. */
  readonly hiddenAnswers: number;
}

/**
 * Keeps the prepared statements of clients apart although PostgreSQL sees one session.
 * Named ones get a prefix per client. Of the unnamed one there is only one place, so a client that binds it after
 * somebody else's batch ran gets its Parse repeated first: it can never run another client's statement.
 */
export class PreparedStatements {
  /** Named statements, with what they do to the session. */
  private readonly names = new Map<string, readonly SessionCommand[]>();
  private unnamedCommands: readonly SessionCommand[] = [];
  private unnamedParse: Buffer | undefined;

  constructor(private readonly prefix: string) {}

  /** `unnamedIsMine`: the unnamed statement in the server is the one this client parsed last. */
  prepare(batch: readonly Buffer[], unnamedIsMine: boolean): PreparedBatch {
    const replay = !unnamedIsMine && usesUnnamedFirst(batch) ? this.restoreUnnamed() : undefined;
    const commands = batch.flatMap((message) => this.remember(message));
    const frames = batch.map((message) => this.rewrite(message));
    return replay === undefined
      ? { frames, commands, hiddenAnswers: 0 }
      : { frames: [replay, ...frames], commands, hiddenAnswers: 1 };
  }

  /** Messages that free what the client left behind; empty when there is nothing. */
  closeAll(): Buffer[] {
    return [...this.names.keys()].map((name) => closeStatement(this.prefix + name));
  }

  private restoreUnnamed(): Buffer {
    return this.unnamedParse ?? closeStatement('');
  }

  /** Returns the session commands the message runs. */
  private remember(message: Buffer): readonly SessionCommand[] {
    const type = typeOf(message);
    if (type === 'Q') {
      this.unnamedParse = undefined;
      return sessionCommandsOf(readCString(message, 5).text);
    }
    if (type === 'P') this.rememberParse(message);
    if (type === 'C' && message[5] === statementKind) this.names.delete(readCString(message, 6).text);
    if (type !== 'B') return [];
    const name = readCString(message, readCString(message, 5).next).text;
    return name === '' ? this.unnamedCommands : (this.names.get(name) ?? []);
  }

  private rememberParse(message: Buffer): void {
    const name = readCString(message, 5);
    const commands = sessionCommandsOf(readCString(message, name.next).text);
    if (name.text !== '') this.names.set(name.text, commands);
    else {
      this.unnamedParse = Buffer.from(message);
      this.unnamedCommands = commands;
    }
  }

  private rewrite(message: Buffer): Buffer {
    const renamed = this.rename(message);
    return copiesFromClient(message) ? refuseCopy(renamed) : renamed;
  }

  private rename(message: Buffer): Buffer {
    const at = statementNameOffset(message);
    if (at === undefined || message[at] === 0) return message;
    const body = Buffer.concat([message.subarray(5, at), Buffer.from(this.prefix), message.subarray(at)]);
    return frame(typeOf(message), body);
  }
}

function copiesFromClient(message: Buffer): boolean {
  const type = typeOf(message);
  if (type !== 'Q' && type !== 'P') return false;
  const sql = readCString(message, type === 'Q' ? 5 : readCString(message, 5).next).text;
  return sessionCommandsOf(sql).some((command) => command.kind === 'copy_from_client');
}

/** Raised by PostgreSQL itself, so that an open transaction fails as after any other error. */
const copyRefusal = `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
  MESSAGE = 'COPY FROM STDIN is not supported by the embedded database', HINT = 'Use INSERT with many rows.'; END $$`;

function refuseCopy(message: Buffer): Buffer {
  if (typeOf(message) === 'Q') return query(copyRefusal);
  const name = message.subarray(5, readCString(message, 5).next);
  return frame('P', Buffer.concat([name, Buffer.from(`${copyRefusal}\0`), Buffer.alloc(2)]));
}

/** Which of the two the batch leaves in the server's unnamed place: its own statement, nothing, or no change. */
export function unnamedAfter(batch: readonly Buffer[]): 'mine' | 'none' | 'unchanged' {
  const last = batch.findLast((message) => typeOf(message) === 'Q' || isUnnamedParse(message));
  if (last === undefined) return 'unchanged';
  return typeOf(last) === 'Q' ? 'none' : 'mine';
}

const statementKind = 'S'.charCodeAt(0);
const typeOf = (message: Buffer): string => String.fromCharCode(message[0] ?? 0);
const isUnnamedParse = (message: Buffer): boolean => typeOf(message) === 'P' && message[5] === 0;

function usesUnnamedFirst(batch: readonly Buffer[]): boolean {
  for (const message of batch) {
    if (isUnnamedParse(message) || typeOf(message) === 'Q') return false;
    const at = typeOf(message) === 'C' ? undefined : statementNameOffset(message);
    if (at !== undefined && message[at] === 0) return true;
  }
  return false;
}

/** Where a message carries a statement name: Parse, Bind (behind the portal name), Describe and Close of a statement. */
function statementNameOffset(message: Buffer): number | undefined {
  const type = typeOf(message);
  if (type === 'P') return 5;
  if (type === 'B') return readCString(message, 5).next;
  if ((type === 'D' || type === 'C') && message[5] === statementKind) return 6;
  return undefined;
}

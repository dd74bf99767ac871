import { fdatasyncSync } from 'node:fs';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite' with { 'resolution-mode': 'import' };
import { EmbeddedDatabaseError } from './embedded-database.errors';

export interface EngineOptions {
  /** Folder of the database files; without it everything is in memory. */
  readonly folder?: string;
  /** Tar archive (plain or gzip) of a database to start from when the folder is empty. */
  readonly image?: Uint8Array;
  readonly searchPath: string;
  /** Whether an acknowledged transaction survives a power cut (it survives kill -9 either way). */
  readonly fsync: boolean;
}

/** What a statement longjmps with inside PGlite; see POSTGRES_MAIN_LONGJMP in its source. */
const errorJumpStatus = 100;

/**
 * PGlite driven by wire-protocol bytes, synchronously, on the thread it is called from.
 *
 * PGlite's own execProtocol* methods are not used: they swallow every exception of the WASM code, so that a fatal
 * error or an exhausted stack spins forever; and they keep every parsed answer in memory. The loop here is the same
 * one with those two cases told apart. It relies on exports of the pinned PGlite version, checked at start.
 */
export class PostgresEngine {
  private input: Buffer = Buffer.alloc(0);
  private inputOffset = 0;
  private onAnswer: (part: Buffer) => void = () => undefined;
  private failure: EmbeddedDatabaseError | undefined;

  private constructor(private readonly database: PGlite) {
    const engine = database.Module;
    const read = engine.addFunction((pointer: number, max: number) => this.read(pointer, max), 'ipi');
    const write = engine.addFunction((pointer: number, length: number) => this.write(pointer, length), 'ipi');
    engine._pgl_set_rw_cbs(read, write);
  }

  static async open(options: EngineOptions): Promise<PostgresEngine> {
    const { PGlite } = await importPglite();
    const settings: PGliteOptions = { startParams: startParameters(PGlite.defaultStartParams, options) };
    if (options.folder !== undefined) settings.dataDir = `file://${options.folder}`;
    if (options.image !== undefined) settings.loadDataDir = toArchive(options.image);
    const database = await PGlite.create(settings);
    if (options.fsync && options.folder !== undefined) makeFsyncReal(database);
    return new PostgresEngine(database);
  }

  /** Runs messages to the end and hands out the answer in parts that are safe to keep. Throws when the engine died. */
  execute(messages: Buffer, onAnswer: (part: Buffer) => void): void {
    if (this.failure !== undefined) throw this.failure;
    const engine = this.database.Module;
    this.input = messages;
    this.inputOffset = 0;
    this.onAnswer = onAnswer;
    try {
      while (this.inputOffset < messages.length || engine._pq_buffer_remaining_data() > 0) this.step();
      engine._PostgresSendReadyForQueryIfNecessary();
      engine._pgl_pq_flush();
    } catch (cause) {
      this.failure = new EmbeddedDatabaseError(
        'engine_failed',
        'the embedded PostgreSQL stopped unexpectedly',
        {
          cause,
        },
      );
      throw this.failure;
    } finally {
      this.input = Buffer.alloc(0);
    }
  }

  /** The whole answer at once; for short statements of our own. */
  run(messages: Buffer): Buffer {
    const parts: Buffer[] = [];
    this.execute(messages, (part) => parts.push(part));
    return Buffer.concat(parts);
  }

  /** The data folder as tar; the caller makes sure that no transaction is open. */
  async dump(compression: 'gzip' | 'none'): Promise<Uint8Array> {
    const blob = await this.database.dumpDataDir(compression);
    return new Uint8Array(await blob.arrayBuffer());
  }

  /** Writes the shutdown checkpoint and closes the files. */
  async close(): Promise<void> {
    if (this.failure === undefined) await this.database.close();
  }

  private step(): void {
    const engine = this.database.Module;
    const stack = engine.stackSave();
    try {
      engine._PostgresMainLoopOnce();
    } catch (error) {
      engine.stackRestore(stack);
      if (!isErrorJump(error)) throw error;
      engine._PostgresMainLongJmp();
    }
  }

  private read(pointer: number, max: number): number {
    const length = Math.min(max, this.input.length - this.inputOffset);
    const part = this.input.subarray(this.inputOffset, this.inputOffset + length);
    this.heap().set(part, pointer);
    this.inputOffset += length;
    return length;
  }

  private write(pointer: number, length: number): number {
    this.onAnswer(Buffer.from(this.heap().subarray(pointer, pointer + length)));
    return length;
  }

  /** The memory of the engine; a new view whenever it grew, so never keep it. */
  private heap(): Uint8Array {
    const heap: unknown = this.database.Module.HEAPU8;
    if (heap instanceof Uint8Array) return heap;
    throw new EmbeddedDatabaseError('engine_failed', 'this version of PGlite does not show its memory');
  }
}

async function importPglite() {
  try {
    return await import('@electric-sql/pglite');
  } catch (cause) {
    throw new EmbeddedDatabaseError(
      'pglite_missing',
      'the embedded database needs the optional package @electric-sql/pglite, which is not installed: ' +
        'run "npm install" without --omit=optional, or set DATABASE_URL to use a PostgreSQL server',
      { cause },
    );
  }
}

function startParameters(defaults: readonly string[], options: EngineOptions): string[] {
  const settings = {
    search_path: options.searchPath,
    fsync: options.fsync ? 'on' : 'off',
    // fdatasync, the default, is an empty function in the WASM build.
    wal_sync_method: 'fsync',
    full_page_writes: options.folder === undefined ? 'off' : 'on',
    // The file cache of the operating system does the work; 128 MB here would be 150 MB more resident memory.
    shared_buffers: '16MB',
    max_wal_size: '64MB',
    min_wal_size: '32MB',
  };
  const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [...defaults.filter((parameter) => parameter !== '-F'), ...parameters];
}

function toArchive(image: Uint8Array): Blob {
  const isGzip = image[0] === 0x1f && image[1] === 0x8b;
  return new Blob([new Uint8Array(image)], { type: isGzip ? 'application/x-gzip' : 'application/x-tar' });
}

interface NodeFileSystem {
  stream_ops: { fsync?: (stream: { nfd: number }) => number };
}

/** PGlite's Node file system has no fsync, so `fsync=on` alone does nothing: give it one. */
function makeFsyncReal(database: PGlite): void {
  const fileSystem: unknown = database.Module.NODEFS;
  if (!isNodeFileSystem(fileSystem)) {
    throw new EmbeddedDatabaseError('start_failed', 'this version of PGlite has an unknown file system');
  }
  fileSystem.stream_ops.fsync = ({ nfd }) => {
    fdatasyncSync(nfd);
    return 0;
  };
}

function isNodeFileSystem(value: unknown): value is NodeFileSystem {
  return typeof value === 'object' && value !== null && 'stream_ops' in value;
}

function isErrorJump(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === errorJumpStatus;
}

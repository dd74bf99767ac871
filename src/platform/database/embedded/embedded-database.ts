import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DataDirectoryLock } from './data-directory-lock';
import type { ServerSettings } from './database-server';
import type { EmbeddedDatabaseError } from './embedded-database.errors';
import type { EngineOptions } from './postgres-engine';
import { syncFolder } from './synced-folder';
import { WorkerThread } from './worker-thread';

export interface EmbeddedDatabaseOptions {
  /** Folder for the data, made when missing and locked while in use. Without it everything is in memory. */
  readonly dataDir?: string;
  /** A dump (see `dump()`) or the path of one, to start from instead of an empty database. */
  readonly image?: Blob | Uint8Array | string;
  /** Schemas searched for every client, comma-separated; start-up options of clients are ignored. */
  readonly searchPath?: string;
  /** Acknowledged transactions survive a power cut. Default: on with a folder, off in memory. */
  readonly fsync?: boolean;
  /** How long a statement waits behind a transaction that stands still before it fails with 55P03. */
  readonly ownWaitLimitMs?: number;
  /** How long a transaction may stand still before its connection is ended with 25P03. */
  readonly idleInTransactionLimitMs?: number;
  /** A client that reads nothing of its answer for so long is disconnected. */
  readonly stalledReaderLimitMs?: number;
  readonly maintenanceIntervalMs?: number;
  readonly maxMessageBytes?: number;
  readonly maxResultBytes?: number;
  readonly maxConnections?: number;
  /** Called when the engine broke and could not be restarted; every later statement fails. */
  readonly onFailure?: (error: EmbeddedDatabaseError) => void;
}

export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const defaults = {
  ownWaitLimitMs: 10_000,
  idleInTransactionLimitMs: 30_000,
  stalledReaderLimitMs: 60_000,
  maintenanceIntervalMs: 60_000,
  maxMessageBytes: 128 * 1024 * 1024,
  maxResultBytes: 256 * 1024 * 1024,
  maxConnections: 100,
};

const stopLimitMs = 20_000;
/** An engine that breaks more often than this has a problem no restart solves. */
const restartsPerMinute = 3;

/**
 * PostgreSQL (PGlite, WASM) on a thread of this process, for the deployment shape without outside services. Ordinary
 * clients connect: pg, TypeORM, BullMQ's PostgreSQL backend, psql. It listens on 127.0.0.1 with a random password
 * rather than on a unix socket, because every client takes such a URL and no path length or platform matters.
 *
 * Think of PgBouncer with one server connection. Guaranteed: transactions are exclusive and isolated, a client that
 * dies is rolled back, LISTEN/NOTIFY and prepared statements belong to their client. Shared by all clients: SET (use
 * SET LOCAL), session advisory locks (use pg_advisory_xact_lock), temporary tables, DEALLOCATE ALL. Not there:
 * parallel statements, COPY FROM STDIN, statement_timeout, cancelling a statement that runs already.
 */
export class EmbeddedDatabase {
  private isStopping = false;
  private restarts: number[] = [];

  private constructor(
    private thread: WorkerThread,
    private readonly settings: ServerSettings,
    private readonly options: EmbeddedDatabaseOptions,
    private readonly lock: DataDirectoryLock | undefined,
  ) {
    this.watch(thread);
  }

  static async start(options: EmbeddedDatabaseOptions = {}): Promise<EmbeddedDatabase> {
    const lock =
      options.dataDir === undefined ? undefined : await DataDirectoryLock.acquire(resolve(options.dataDir));
    try {
      if (options.dataDir !== undefined) await createFiles(resolve(options.dataDir), options);
      const image = options.dataDir === undefined ? await readImage(options.image) : undefined;
      const settings = toServerSettings(options);
      const { thread, port } = await serve({ ...toEngineOptions(options), image }, settings);
      return new EmbeddedDatabase(thread, { ...settings, port }, options, lock);
    } catch (error) {
      await lock?.release();
      throw error;
    }
  }

  get connection(): DatabaseConnection {
    const { port, user, password, database } = this.settings;
    return { host: '127.0.0.1', port, user, password, database };
  }

  get url(): string {
    const { host, port, user, password, database } = this.connection;
    return `postgres://${user}:${password}@${host}:${port}/${database}`;
  }

  /** A compressed copy of the whole database for `image`; waits for the open transaction, if any. */
  async dump(): Promise<Uint8Array> {
    const reply = this.thread.reply('dumped');
    this.thread.request('dump');
    return (await reply).image;
  }

  /** Ends all connections (close pools before), rolls back what is open, closes the files, frees the folder. */
  async stop(): Promise<void> {
    if (this.isStopping) return this.thread.ended(stopLimitMs);
    this.isStopping = true;
    this.thread.request('stop');
    await this.thread.ended(stopLimitMs);
    await this.lock?.release();
  }

  private watch(thread: WorkerThread): void {
    void thread.failure.then((error) => (this.isStopping ? undefined : this.restart(error)));
  }

  /** As a PostgreSQL server does after a crash: all connections are lost, the log is replayed, the port stays. */
  private async restart(reason: EmbeddedDatabaseError): Promise<void> {
    const now = performance.now();
    this.restarts = [...this.restarts.filter((at) => now - at < 60_000), now];
    // In memory there is nothing to go on with.
    if (this.options.dataDir === undefined || this.restarts.length > restartsPerMinute) {
      this.options.onFailure?.(reason);
      return;
    }
    await this.thread.ended(stopLimitMs);
    if (this.isStopping) return;
    this.thread = new WorkerThread({
      kind: 'serve',
      engine: toEngineOptions(this.options),
      server: this.settings,
    });
    this.watch(this.thread);
  }
}

async function serve(
  engine: EngineOptions,
  server: ServerSettings,
): Promise<{ thread: WorkerThread; port: number }> {
  const thread = new WorkerThread({ kind: 'serve', engine, server });
  try {
    const { port } = await thread.reply('serving');
    return { thread, port };
  } catch (error) {
    await thread.ended(stopLimitMs);
    throw error;
  }
}

/** Creates the files beside their place, in a thread whose memory is free afterwards, and moves them when complete. */
async function createFiles(dataDir: string, options: EmbeddedDatabaseOptions): Promise<void> {
  const { folder } = toEngineOptions(options);
  if (folder === undefined || existsSync(folder)) return;
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  const image = await readImage(options.image);
  const thread = new WorkerThread({
    kind: 'initialize',
    engine: { ...toEngineOptions(options), folder: draft, image },
  });
  try {
    await thread.reply('initialized');
  } finally {
    await thread.ended(stopLimitMs);
  }
  await rename(draft, folder);
  syncFolder(dataDir);
}

function toEngineOptions({ dataDir, fsync, searchPath }: EmbeddedDatabaseOptions): EngineOptions {
  const folder = dataDir === undefined ? {} : { folder: join(resolve(dataDir), 'postgresql') };
  return { ...folder, fsync: fsync ?? dataDir !== undefined, searchPath: searchPath ?? 'public' };
}

function toServerSettings(options: EmbeddedDatabaseOptions): ServerSettings {
  return {
    port: 0,
    user: 'postgres',
    password: randomBytes(24).toString('base64url'),
    database: 'postgres',
    ownWaitLimitMs: options.ownWaitLimitMs ?? defaults.ownWaitLimitMs,
    idleInTransactionLimitMs: options.idleInTransactionLimitMs ?? defaults.idleInTransactionLimitMs,
    stalledReaderLimitMs: options.stalledReaderLimitMs ?? defaults.stalledReaderLimitMs,
    maintenanceIntervalMs: options.maintenanceIntervalMs ?? defaults.maintenanceIntervalMs,
    maxMessageBytes: options.maxMessageBytes ?? defaults.maxMessageBytes,
    maxResultBytes: options.maxResultBytes ?? defaults.maxResultBytes,
    maxConnections: options.maxConnections ?? defaults.maxConnections,
  };
}

async function readImage(image: EmbeddedDatabaseOptions['image']): Promise<Uint8Array | undefined> {
  if (typeof image === 'string') return readFile(image);
  return image instanceof Blob ? new Uint8Array(await image.arrayBuffer()) : image;
}

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { DatabaseServer } from './database-server';
import { EmbeddedDatabaseError } from './embedded-database.errors';
import { type EngineOptions, PostgresEngine } from './postgres-engine';
import { syncTree } from './synced-folder';
import type { WorkerReply, WorkerRequest, WorkerTask } from './worker-messages';

/** Thread entry: PostgreSQL and its sockets live here so that no query blocks the application's event loop. */
async function main(port: MessagePort, task: WorkerTask): Promise<void> {
  const reply = (message: WorkerReply): void => port.postMessage(message);
  const fail = (error: unknown): void => {
    reply(toFailure(error));
    // After the message is on its way; the engine cannot be used any more.
    process.exit(1);
  };
  try {
    if (task.kind === 'initialize') {
      await initialize(task.engine);
      reply({ kind: 'initialized' });
    } else await serve(port, { engine: await PostgresEngine.open(task.engine), task, reply, fail });
  } catch (error) {
    fail(error);
  }
}

/** initdb in memory and a copy to disk takes two thirds of the time of initdb on disk. */
async function initialize(options: EngineOptions): Promise<void> {
  const image = options.image ?? (await createEmptyImage(options.searchPath));
  const engine = await PostgresEngine.open({ ...options, image });
  await engine.close();
  if (options.fsync && options.folder !== undefined) syncTree(options.folder);
}

async function createEmptyImage(searchPath: string): Promise<Uint8Array> {
  const engine = await PostgresEngine.open({ searchPath, fsync: false });
  const image = await engine.dump('none');
  await engine.close();
  return image;
}

interface ServeContext {
  readonly engine: PostgresEngine;
  readonly task: Extract<WorkerTask, { kind: 'serve' }>;
  readonly reply: (message: WorkerReply) => void;
  readonly fail: (error: unknown) => void;
}

async function serve(port: MessagePort, { engine, task, reply, fail }: ServeContext): Promise<void> {
  const server = new DatabaseServer(engine, task.server, fail);
  const stop = async (): Promise<void> => {
    await server.stop();
    reply({ kind: 'stopped' });
    port.close();
  };
  const dump = async (): Promise<void> => reply({ kind: 'dumped', image: await server.dump() });
  port.on('message', (request: WorkerRequest) => {
    (request === 'stop' ? stop() : dump()).catch(fail);
  });
  reply({ kind: 'serving', port: await server.listen() });
}

function toFailure(error: unknown): WorkerReply {
  const message = error instanceof Error ? describe(error) : String(error);
  return {
    kind: 'failed',
    code: error instanceof EmbeddedDatabaseError ? error.code : 'start_failed',
    message,
  };
}

function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

if (parentPort !== null) {
  // What EmbeddedDatabase passed in; both sides are compiled together.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  const task = workerData as WorkerTask;
  void main(parentPort, task);
}

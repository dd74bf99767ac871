import {
  createPostgresBackend,
  runMigrations,
  setDefaultBackendFactory,
  type ConnectionOptions,
} from 'bullmq';
import type { Pool } from 'pg';
import type { DatabaseServer } from '../database/database-server';
import type { RedisConnection } from '../redis/redis-connection';
import { QUEUE_NAMES } from './jobs';

/** Schema of BullMQ's tables when the queue lives in PostgreSQL. */
const QUEUE_SCHEMA = 'bullmq';
/** Hash tag: all keys of the queues lie in one slot of a Redis cluster. */
const REDIS_PREFIX = '{modelmuxer}';
/** A worker keeps one connection to be woken by, and takes one for its work. */
const POOL_SIZE = 2 * QUEUE_NAMES.length + 2;
/** Every queue and every worker listens for errors of the pool they share. */
const POOL_LISTENERS = 4 * QUEUE_NAMES.length;

/**
 * Where the queues live: Redis when one is configured, otherwise PostgreSQL through BullMQ's own backend
 * (the embedded database, or the external one for a single replica). Same queues, same guarantees.
 */
export class QueueBackend {
  private constructor(
    readonly kind: 'redis' | 'postgres',
    private readonly connect: () => ConnectionOptions,
  ) {}

  /** Prepares the backend; the connections are closed by their owners, after all queues and workers. */
  static async create(redis: RedisConnection | undefined, database: DatabaseServer): Promise<QueueBackend> {
    if (redis) {
      // The factory is a process-wide default of BullMQ; a test may have used the other one before.
      setDefaultBackendFactory();
      return new QueueBackend('redis', () => redis.openForQueue());
    }
    const pool = await openMigrated(database);
    setDefaultBackendFactory(createPostgresBackend);
    return new QueueBackend('postgres', () => pool);
  }

  /** What a queue or worker is constructed with. */
  options(): { readonly connection: ConnectionOptions; readonly prefix?: string } {
    const connection = this.connect();
    return this.kind === 'redis' ? { connection, prefix: REDIS_PREFIX } : { connection };
  }
}

async function openMigrated(database: DatabaseServer): Promise<Pool> {
  const pool = database.createPool({ size: POOL_SIZE, purpose: 'queue', searchPath: QUEUE_SCHEMA });
  pool.setMaxListeners(POOL_LISTENERS);
  const client = await pool.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    client.release();
  }
  return pool;
}

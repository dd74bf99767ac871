import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress, RedisNode } from './redis-address';
import type { RedisConfig } from './redis.config';

export type RedisClient = Redis | Cluster;

const DISCONNECT_TIMEOUT_MS = 200;
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 2_000;

/**
 * The clients of this process. Every command answers or fails within the command timeout: nothing is
 * queued while Redis is away, nothing is sent a second time by itself, and a server that stopped
 * answering is left and dialled again.
 */
export class RedisConnection implements OnApplicationShutdown {
  /** For quota, cache and publishing; shared. */
  readonly commands: RedisClient;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  private readonly logger = new Logger(RedisConnection.name);
  private readonly opened = new Set<RedisClient>();
  private isDown = false;
  private isClosed = false;
  private readonly tls: ConnectionOptions | undefined;

  constructor(
    private readonly config: RedisConfig,
    private readonly address: RedisAddress,
  ) {
    this.keyPrefix = config.keyPrefix;
    this.commandTimeoutMs = config.commandTimeoutMs;
    this.tls = address.tls ? readTls(config) : undefined;
    // Commands of one turn of the event loop share a write: a system call each would cost more than all else.
    this.commands = this.track(
      config.mode === 'cluster'
        ? this.openCluster({ enableAutoPipelining: true })
        : this.openRedis({ ...this.promptOptions(), enableAutoPipelining: true }),
    );
    this.commands.on('end', () => void this.revive());
  }

  /**
   * A connection for subscriptions that never reconnects by itself: its user opens the next one and
   * so knows what was missed. In a cluster it goes to one node, another one with each attempt
   * (messages reach every node).
   */
  openSubscriber(attempt: number): Redis {
    return this.track(
      this.openRedis({ ...this.promptOptions(attempt), retryStrategy: null, lazyConnect: true }),
    );
  }

  /**
   * A client for BullMQ, whose blocking commands must wait and be repeated after an interruption.
   * Whoever opens it closes it before this connection goes.
   */
  openForQueue(): RedisClient {
    const patient: RedisOptions = {
      maxRetriesPerRequest: null,
      enableOfflineQueue: true,
      // Else a command that was under way when the line broke is never answered, and its worker waits for ever.
      autoResendUnfulfilledCommands: true,
      commandTimeout: undefined,
      socketTimeout: undefined,
    };
    const client =
      this.config.mode === 'cluster'
        ? this.openCluster({ enableOfflineQueue: true, redisOptions: patient })
        : this.openRedis({ ...this.promptOptions(), ...patient });
    return this.track(client);
  }

  /** Whether the shared client can be used now. */
  get isReady(): boolean {
    return this.commands.status === 'ready';
  }

  /** Waits until the shared client can be used; false when its attempt failed or took longer. */
  async waitUntilReady(timeoutMs: number): Promise<boolean> {
    const patience = AbortSignal.timeout(timeoutMs);
    if (!this.isReady) await once(this.commands, 'ready', { signal: patience }).catch(() => undefined);
    return this.isReady;
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  /** Says goodbye to Redis, but waits for it no longer than one command may take. */
  async close(): Promise<void> {
    this.isClosed = true;
    const clients = [...this.opened];
    this.opened.clear();
    await Promise.all(clients.map((client) => this.leave(client)));
  }

  private async leave(client: RedisClient): Promise<void> {
    const goodbye = client.status === 'ready' ? client.quit() : undefined;
    await Promise.race([
      goodbye?.catch(() => undefined),
      setTimeout(this.commandTimeoutMs, undefined, { ref: false }),
    ]);
    if (client.status !== 'end') client.disconnect();
  }

  /** ioredis gives a client up for good in some races, such as a failover in the middle of a reconnect; we never do. */
  private async revive(): Promise<void> {
    await setTimeout(RECONNECT_MAX_MS, undefined, { ref: false });
    if (this.isClosed) return;
    this.opened.add(this.commands);
    await this.commands.connect().catch(() => undefined);
  }

  private openRedis(options: RedisOptions): Redis {
    return new Redis(options);
  }

  private openCluster(overrides: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
    const {
      host: _host,
      port: _port,
      retryStrategy: _retry,
      enableOfflineQueue: _queue,
      ...common
    } = this.promptOptions();
    return new Cluster([...this.address.nodes], {
      clusterRetryStrategy: reconnectDelay,
      enableOfflineQueue: false,
      slotsRefreshTimeout: this.commandTimeoutMs,
      // Addresses of a managed cluster behind TLS are names that must reach the certificate check unresolved.
      ...(this.tls && {
        dnsLookup: (name: string, done: (error: null, address: string) => void) => done(null, name),
      }),
      ...overrides,
      redisOptions: { ...common, ...overrides.redisOptions },
    });
  }

  private promptOptions(attempt = 0): RedisOptions {
    const { address, config } = this;
    return {
      ...(config.mode === 'sentinel' ? this.sentinelOptions() : nodeFor(address, attempt)),
      username: address.username,
      password: address.password?.reveal(),
      db: config.mode === 'cluster' ? 0 : address.database,
      tls: this.tls,
      connectionName: 'modelmuxer',
      connectTimeout: Math.max(config.commandTimeoutMs, 1_000),
      commandTimeout: config.commandTimeoutMs,
      socketTimeout: config.commandTimeoutMs * 3,
      // A peer that is gone does not answer our goodbye; do not wait for it.
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      retryStrategy: reconnectDelay,
      // A demoted master answers READONLY: the connection must be made anew to find its successor.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    };
  }

  private sentinelOptions(): RedisOptions {
    return {
      sentinels: [...this.address.nodes],
      name: this.config.sentinelName,
      sentinelPassword: this.config.sentinelPassword?.reveal(),
      sentinelRetryStrategy: reconnectDelay,
      sentinelTLS: this.tls,
      enableTLSForSentinelMode: this.tls !== undefined,
    };
  }

  /** Logs the first failure of an outage and its end, not every attempt in between. */
  private track<T extends RedisClient>(client: T): T {
    client.on('error', (error: Error) => {
      if (!this.isDown) this.logger.warn(`Redis is not reachable: ${error.message || error.name}`);
      this.isDown = true;
    });
    client.on('ready', () => {
      if (this.isDown) this.logger.log('Redis is reachable again');
      this.isDown = false;
    });
    client.on('end', () => this.opened.delete(client));
    this.opened.add(client);
    return client;
  }
}

function nodeFor(address: RedisAddress, attempt: number): RedisNode {
  return address.nodes[attempt % address.nodes.length] ?? address.nodes[0];
}

function reconnectDelay(attempt: number): number {
  const delay = Math.min(RECONNECT_MIN_MS * 2 ** Math.min(attempt - 1, 10), RECONNECT_MAX_MS);
  return delay / 2 + (Math.random() * delay) / 2;
}

function readTls(config: RedisConfig): ConnectionOptions {
  const read = (path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readFileSync(path);
  return { ca: read(config.tlsCaFile), cert: read(config.tlsCertFile), key: read(config.tlsKeyFile) };
}

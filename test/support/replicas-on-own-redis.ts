import { Redis } from 'ioredis';
import type { RawSettings } from '../../src/platform/config/load-config';
import { eventually } from './eventually';
import { prepareInstallation, type Installation } from './installation';
import { RedisServers } from './redis-servers';
import { ServiceProcess } from './service-process';
import { TcpProxy } from './tcp-proxy';
import { WorkerProcess } from './worker-process';

const BY_SHARE = 'modelmuxer_rate_limit_shares_total{outcome="allowed"}';

/** Several processes of the service on a Redis that belongs to the test, so that it may be stopped and emptied, and on a database they can be cut off from. */
export class ReplicasOnOwnRedis {
  private readonly replicas: ServiceProcess[] = [];
  private probe: string | undefined;

  private constructor(
    readonly installation: Installation,
    private readonly servers: { readonly redis: RedisServers; readonly port: number },
    /** The way of the replicas to PostgreSQL, which can be cut. */
    readonly database: TcpProxy,
    private readonly worker: WorkerProcess,
  ) {}

  static async start(
    count: number,
    settings: (vendorUrl: string) => RawSettings = () => ({}),
  ): Promise<ReplicasOnOwnRedis> {
    const redis = new RedisServers();
    const port = await redis.startSingle();
    const prepared = await prepareInstallation({
      shape: 'services',
      settings: { REDIS_URL: `redis://127.0.0.1:${port}` },
    });
    const url = new URL(String(prepared.settings['DATABASE_URL']));
    const database = new TcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(await database.start());
    url.hostname = '127.0.0.1';
    const common = { ...prepared.settings, ...settings(prepared.vendor.baseUrl) };
    const installation = { ...prepared, settings: { ...common, DATABASE_URL: url.toString() } };
    const worker = await WorkerProcess.start({ ...prepared, settings: common });
    const started = new ReplicasOnOwnRedis(installation, { redis, port }, database, worker);
    const { replicas } = started;
    // One after the other, so that those that run are ended even if another one does not start.
    while (replicas.length < count) await started.startReplica();
    return started;
  }

  stopRedis(): Promise<void> {
    return this.servers.redis.kill(this.servers.port);
  }

  /** Starts Redis again, without its data. */
  restartRedis(): Promise<void> {
    return this.servers.redis.restart(this.servers.port);
  }

  /** A client of the Redis that belongs to the test; whoever opens it disconnects it. */
  openRedis(): Redis {
    return new Redis(this.servers.port, '127.0.0.1');
  }

  get count(): number {
    return this.replicas.length;
  }

  /** Another process, the last of {@link replica}. */
  async startReplica(settings: RawSettings = {}): Promise<ServiceProcess> {
    const { installation } = this;
    const replica = await ServiceProcess.start({
      ...installation,
      settings: { ...installation.settings, ...settings },
    });
    this.replicas.push(replica);
    return replica;
  }

  /** Call when the last one was ended. */
  forgetLastReplica(): void {
    this.replicas.pop();
  }

  replica(index: number): ServiceProcess {
    const found = this.replicas[index % this.replicas.length];
    if (!found) throw new Error('no replica');
    return found;
  }

  /** Waits until Redis works for every replica, and each knows of all others. */
  async allKnowEachOther(): Promise<void> {
    const limits = { requests_per_day: 1_000_000 };
    this.probe ??= String(
      (await this.replica(0).post('/v1/api-keys', { name: 'probe', limits })).body['key'],
    );
    for (let index = 0; index < this.count; index++)
      await eventually(() => this.expectShared(index, this.probe), 30_000);
  }

  /** Waits until no job is waiting or being worked on, so that none is lost in the middle. */
  async queuesAreIdle(): Promise<void> {
    const client = this.openRedis();
    try {
      await eventually(async () => {
        for (const state of ['wait', 'active'])
          for (const key of await client.keys(`*:${state}`)) expect(await client.llen(key)).toBe(0);
      }, 20_000);
    } finally {
      client.disconnect();
    }
  }

  private async expectShared(index: number, key: string | undefined): Promise<void> {
    const before = await this.metric(index, BY_SHARE);
    expect((await this.replica(index).get('/v1/models', { key })).status).toBe(200);
    expect(await this.metric(index, BY_SHARE)).toBe(before);
    expect(await this.metric(index, 'modelmuxer_replicas')).toBe(this.count);
  }

  /** Present value of a metric of one replica, named with its labels; 0 when it does not show it. */
  async metric(index: number, name: string): Promise<number> {
    const answer = await fetch(`${this.replica(index).url}/metrics/prometheus`);
    const line = (await answer.text()).split('\n').find((text) => text.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) replica.signal('SIGKILL');
    await Promise.all(this.replicas.map((replica) => replica.exitCode()));
    await this.worker.kill();
    await this.servers.redis.stop();
    await this.database.stop();
    await this.installation.remove();
  }
}

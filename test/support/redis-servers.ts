import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually';
import { freePort } from './free-port';

const FETCHED = resolve(__dirname, '../../.cache/services/redis-server/usr');
const SLOTS = 16_384;
/** The server dies as soon as our end of the pipe closes, so that nothing outlives a test run that is killed. */
const GUARD = '"$@" </dev/null & server=$!; cat >/dev/null; kill -KILL $server; wait $server';

/** redis-server as installed, or as `npm test` fetched it; undefined when this machine has none. */
function findRedisServer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':').filter(Boolean), join(FETCHED, 'bin')];
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path));
}

/** `describe` for suites that start Redis servers of their own; without the program they are skipped and reported. */
export function describeWithRedisServers(name: string, body: () => void): void {
  if (findRedisServer() !== undefined) {
    describe(name, body);
    return;
  }
  process.stderr.write(`NOT RUN: "${name}" needs the program redis-server on this machine.\n`);
  describe.skip(`${name} [not run: no Redis]`, body);
}

/** Throw-away Redis servers on the loopback interface, in the shapes that production uses. */
export class RedisServers {
  private readonly folder = mkdtempSync(join(tmpdir(), 'mm-redis-'));
  private readonly processes = new Map<number, ChildProcess>();

  /** Three masters with a third of the slots each; answers their ports. */
  async startCluster(): Promise<readonly number[]> {
    const shape = async (): Promise<string[]> => [
      ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'],
      ...['--cluster-port', String(await freePort())],
    ];
    const ports = [
      await this.start(await shape()),
      await this.start(await shape()),
      await this.start(await shape()),
    ];
    for (const [i, port] of ports.entries()) {
      const [from, to] = [Math.floor((SLOTS * i) / 3), Math.floor((SLOTS * (i + 1)) / 3) - 1];
      await ask(port, ['CLUSTER', 'ADDSLOTSRANGE', String(from), String(to)]);
    }
    for (const port of ports.slice(1)) {
      const busPort = String(await ask(port, ['CONFIG', 'GET', 'cluster-port'])).split(',')[1] ?? '';
      await ask(ports[0] ?? 0, ['CLUSTER', 'MEET', '127.0.0.1', String(port), busPort]);
    }
    await eventually(async () => {
      for (const port of ports)
        expect(String(await ask(port, ['CLUSTER', 'INFO']))).toContain('cluster_state:ok');
      for (const port of ports)
        expect(
          String(await ask(port, ['CLUSTER', 'NODES']))
            .trim()
            .split('\n'),
        ).toHaveLength(3);
    }, 20_000);
    return ports;
  }

  /** A master with one replica, watched by one sentinel under the name `mymaster`. */
  async startSentinel(): Promise<{ readonly masterPort: number; readonly sentinelPort: number }> {
    const masterPort = await this.start([]);
    await this.start(['--replicaof', '127.0.0.1', String(masterPort)]);
    const path = join(this.folder, 'sentinel.conf');
    const settings = [
      `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
      'sentinel down-after-milliseconds mymaster 1000',
      'sentinel failover-timeout mymaster 3000',
    ];
    writeFileSync(path, `${settings.join('\n')}\n`);
    const sentinelPort = await this.start(['--sentinel'], path);
    await eventually(async () => {
      expect(String(await ask(sentinelPort, ['SENTINEL', 'REPLICAS', 'mymaster']))).toContain('slave');
      expect(String(await ask(masterPort, ['INFO', 'replication']))).toContain('state=online');
    }, 20_000);
    return { masterPort, sentinelPort };
  }

  /** One server without persistence, so that a restart loses its data. */
  startSingle(): Promise<number> {
    return this.start([]);
  }

  /** Starts a server again that was killed, empty, on the same port. */
  async restart(port: number): Promise<void> {
    await this.start([], undefined, port);
  }

  /** Ends one server as a crash does. */
  async kill(port: number): Promise<void> {
    const child = this.processes.get(port);
    this.processes.delete(port);
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.stdin?.end();
    await gone;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.processes.keys()].map((port) => this.kill(port)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(
    settings: readonly string[],
    configuration?: string,
    knownPort?: number,
  ): Promise<number> {
    const port = knownPort ?? (await freePort());
    const folder = mkdtempSync(join(this.folder, 'server-'));
    const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    const storage = settings.includes('--sentinel') ? [] : ['--save', '', '--appendonly', 'no'];
    const options = [
      ...(configuration === undefined ? [] : [configuration]),
      ...common,
      ...storage,
      ...settings,
    ];
    const child = spawn('/bin/sh', ['-c', GUARD, 'sh', findRedisServer() ?? 'redis-server', ...options], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, LD_LIBRARY_PATH: libraryFolders() },
    });
    this.processes.set(port, child);
    await eventually(async () => expect(await ask(port, ['PING'])).toBe('PONG'), 10_000);
    return port;
  }
}

async function ask(port: number, [command = '', ...args]: readonly string[]): Promise<unknown> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    retryStrategy: null,
    lazyConnect: true,
    connectTimeout: 1_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** The libraries that lie beside a fetched server; an installed one needs none of them. */
function libraryFolders(): string {
  const base = join(FETCHED, 'lib');
  const found = existsSync(base) ? readdirSync(base).filter((name) => name.includes('-linux-')) : [];
  return [...found.map((name) => join(base, name)), process.env['LD_LIBRARY_PATH'] ?? '']
    .filter(Boolean)
    .join(':');
}

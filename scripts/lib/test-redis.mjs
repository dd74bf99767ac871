import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchDebianPackage, libraryPath } from './debian-packages.mjs';
import { freePort, run, startServer, waitUntil } from './processes.mjs';

/**
 * A throw-away Redis on the loopback interface that keeps nothing and evicts nothing. Answers
 * `{ url, version, origin, halt, resume, stop }`, or `{ failure }` in plain words when this machine can have none.
 * `halt` ends the server, `resume` starts an empty one at the same address; `stop` is for good.
 */
export async function startRedis(cacheFolder) {
  const binary = await findBinary(cacheFolder);
  if (binary.failure !== undefined) return binary;
  const version = await run(binary.path, ['--version'], { env: binary.environment });
  if (version.code !== 0) return { failure: `redis-server does not run: ${version.output.slice(-400)}` };

  const folder = mkdtempSync(join(tmpdir(), 'mm-redis-'));
  let failure;
  // Another process may take the port between choosing and binding it.
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const server = await launch(binary, folder, await freePort());
    if (server.failure === undefined) {
      return {
        url: server.url,
        version: /v=(\S+)/.exec(version.output)?.[1] ?? 'unknown',
        origin: binary.origin,
        ...control({ binary, folder }, server),
      };
    }
    failure = server.failure;
  }
  rmSync(folder, { recursive: true, force: true });
  return { failure };
}

function control({ binary, folder }, first) {
  let server = first;
  return {
    halt: () => server.stop(),
    async resume() {
      server = await launch(binary, folder, first.port, first.password);
      if (server.failure !== undefined) throw new Error(server.failure);
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function findBinary(cacheFolder) {
  for (const folder of (process.env.PATH ?? '').split(':').filter(Boolean)) {
    const path = join(folder, 'redis-server');
    if (existsSync(path)) return { path, environment: process.env, origin: `installed (${path})` };
  }
  const fetched = await fetchDebianPackage(['redis-server'], cacheFolder);
  if (fetched.failure !== undefined) {
    return { failure: `Redis is not installed and could not be fetched: ${fetched.failure}` };
  }
  // redis-server is a link to redis-check-rdb, which lies in redis-tools.
  return {
    path: join(fetched.folder, 'usr/bin/redis-server'),
    environment: { ...process.env, LD_LIBRARY_PATH: libraryPath(fetched.folder) },
    origin: 'fetched Debian package redis-server',
  };
}

async function launch(binary, folder, port, password = randomBytes(12).toString('hex')) {
  const configuration = join(folder, 'redis.conf');
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    'databases 64',
  ];
  writeFileSync(configuration, `${settings.join('\n')}\n`, { mode: 0o600 });

  const server = startServer(binary.path, [configuration], { env: binary.environment, cwd: folder });
  if (!(await waitUntil(() => answersPing(port, password), 10_000))) {
    await server.stop();
    return { failure: `Redis did not start: ${server.log().slice(-400)}`, stop: server.stop };
  }
  return { port, password, url: `redis://:${password}@127.0.0.1:${port}`, stop: server.stop };
}

function answersPing(port, password) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    let answer = '';
    const finish = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (data) => {
      answer += data;
      if (answer.includes('+PONG')) finish(true);
    });
    for (const event of ['error', 'timeout', 'close']) socket.on(event, () => finish(false));
  });
}

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fetchDebianPackage, libraryPath } from './debian-packages.mjs';
import { freePort, run, startServer, waitUntil } from './processes.mjs';

/** 15 is the oldest supported version, so it is the one to test with: newer ones accept more. */
const versions = ['15', '16', '17', '18'];

/**
 * A throw-away PostgreSQL on the loopback interface. Answers `{ url, version, origin, halt, resume, stop }`, or
 * `{ failure }` in plain words when this machine can have none. `halt` ends the server and keeps its data, `resume`
 * starts it at the same address; `stop` is for good.
 */
export async function startPostgres(cacheFolder) {
  const binaries = await findBinaries(cacheFolder);
  if (binaries.failure !== undefined) return binaries;

  const folder = mkdtempSync(join(tmpdir(), 'mm-postgres-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  try {
    const cluster = await createCluster(folder, binaries);
    if (cluster.failure === undefined) {
      // Another process may take the port between choosing and binding it.
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        const server = await startCluster(cluster, await freePort());
        if (server.failure === undefined)
          return {
            url: server.url,
            version: cluster.version,
            origin: binaries.origin,
            ...control(cluster, server, cleanUp),
          };
        cluster.failure = server.failure;
      }
    }
    cleanUp();
    return { failure: cluster.failure };
  } catch (error) {
    cleanUp();
    return { failure: error.message };
  }
}

function control(cluster, first, cleanUp) {
  let server = first;
  return {
    halt: () => server.stop(),
    async resume() {
      server = await startCluster(cluster, first.port);
      if (server.failure !== undefined) throw new Error(server.failure);
    },
    async stop() {
      await server.stop();
      cleanUp();
    },
  };
}

async function findBinaries(cacheFolder) {
  for (const version of versions) {
    const bin = `/usr/lib/postgresql/${version}/bin`;
    if (existsSync(join(bin, 'initdb'))) return { bin, origin: `installed (${bin})` };
  }
  const names = versions.map((version) => `postgresql-${version}`);
  const fetched = await fetchDebianPackage(names, cacheFolder);
  if (fetched.failure !== undefined) {
    return { failure: `PostgreSQL is not installed and could not be fetched: ${fetched.failure}` };
  }
  const version = fetched.name.replace('postgresql-', '');
  return {
    bin: join(fetched.folder, 'usr/lib/postgresql', version, 'bin'),
    unpacked: fetched.folder,
    origin: `fetched Debian package ${fetched.name}`,
  };
}

async function createCluster(folder, binaries) {
  const identity = unprivilegedIdentity();
  const { bin, libraries } = reachableBinaries(folder, binaries, identity);
  const environment = { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C' };
  if (libraries !== undefined) environment.LD_LIBRARY_PATH = libraries;

  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (identity.uid !== undefined) {
    for (const path of [folder, data, passwordFile]) chownSync(path, identity.uid, identity.gid);
  }

  const options = { cwd: folder, env: environment, ...identity };
  const created = await run(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'test',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
    ],
    options,
  );
  if (created.code !== 0) return { failure: `initdb failed: ${created.output.slice(-400)}` };
  const version = (await run(join(bin, 'postgres'), ['--version'], options)).output;
  return { bin, data, options, password, version: /\d+(\.\d+)?/.exec(version)?.[0] ?? 'unknown' };
}

async function startCluster({ bin, data, options, password }, port) {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'jit=off',
  ];
  const server = startServer(
    join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stopSignal: 'INT' },
  );
  const check = async () => {
    const ready = await run(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], options);
    return ready.code === 0;
  };
  if (!(await waitUntil(check, 15_000))) {
    await server.stop();
    return { failure: `PostgreSQL did not start: ${server.log().slice(-400)}`, stop: server.stop };
  }
  return { port, url: `postgres://test:${password}@127.0.0.1:${port}/postgres`, stop: server.stop };
}

/** PostgreSQL refuses to run as root; then it runs as an existing account without rights. */
function unprivilegedIdentity() {
  if (process.getuid() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and /etc/passwd has no account to run it as.');
}

/** A cache below a closed folder (such as /root) cannot be read by another account: then a copy is used. */
function reachableBinaries(folder, { bin, unpacked }, identity) {
  if (unpacked === undefined) return { bin };
  if (identity.uid === undefined || isOpenToAll(bin)) return { bin, libraries: libraryPath(unpacked) };
  const copy = join(folder, 'package');
  cpSync(unpacked, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(folder, 0o755);
  return { bin: bin.replace(unpacked, copy), libraries: libraryPath(copy) };
}

function isOpenToAll(path) {
  for (let current = path; current !== dirname(current); current = dirname(current)) {
    if ((statSync(current).mode & 0o001) === 0) return false;
  }
  return true;
}

import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entries } from './build.mjs';
import { findNode, root, toolEnvironment } from './install.mjs';
import { startOwned } from './owned-process.mjs';
import { freePort, waitUntil } from './processes.mjs';

const requireInstalled = createRequire(join(root, 'package.json'));
/** Much, because the machine may be busy with something else. */
const startLimitMs = 240_000;

/** The defaults, nothing switched off: only budgets and the address limit are so high that a load test does not meet them. */
const roomyLimits = {
  DEFAULT_DAILY_BUDGET: '1000000',
  DEFAULT_MONTHLY_BUDGET: '5000000',
  IP_REQUESTS_PER_MINUTE: '100000000',
};

/** Variables of whoever runs a tool must not reach the installation it starts. */
const ownNames =
  /^(MODELMUXER|FEATURES|POLICY|OBSERVABILITY|ROUTER|INTENT|BUDGET|AUTH|OUTBOX|QUOTA|BOOTSTRAP|DATABASE|REDIS|QUEUE|CACHE|PROVIDER|RATE_LIMIT|JWT|LOG)_|^(ALLOWED_API_KEYS|API_KEYS|HOST|PORT|DEBUG|TEST_MODE|[A-Z]+_(API_KEYS?|BASE_URL))$/;

/**
 * A ModelMuxer of its own for a load or chaos run, with its own data folder and, in the services shape, its own
 * database on the given PostgreSQL. The folder survives `kill` and restarts; `remove` deletes everything.
 */
export class Installation {
  #processes = [];
  #database;
  #redis;

  constructor({
    shape,
    services,
    vendorUrl,
    environment = {},
    command = (role, line) => line,
    nodeOptions = [],
  }) {
    this.shape = shape;
    this.services = services;
    this.command = command;
    this.nodeOptions = nodeOptions;
    this.apiKey = `mm-local-${randomBytes(18).toString('hex')}`;
    this.folder = mkdtempSync(join(tmpdir(), 'mm-run-'));
    this.dataDir = join(this.folder, 'data');
    this.environment = {
      ...roomyLimits,
      MODELMUXER_DATA_DIR: this.dataDir,
      HOST: '127.0.0.1',
      NODE_ENV: 'production',
      LOG_FORMAT: 'json',
      ALLOWED_API_KEYS: this.apiKey,
      OPENAI_API_KEY: 'sk-local-vendor',
      OPENAI_BASE_URL: `${vendorUrl}/v1`,
      API_KEY_PEPPER: randomBytes(32).toString('hex'),
      JWT_SECRET: randomBytes(32).toString('hex'),
      ...environment,
    };
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Process ids: `{ api, worker }`; no worker in the embedded shape. */
  get pids() {
    return Object.fromEntries(this.#processes.map(({ name, process }) => [name, process.pid]));
  }

  /** What one process printed: the beginning and the end. */
  logOf(name) {
    return this.#processes.find((entry) => entry.name === name)?.process.log() ?? '';
  }

  log() {
    return this.#processes.map(({ name, process }) => `--- ${name}\n${process.log()}`).join('\n');
  }

  /** Starts what of the shape is not running and waits until it is ready. */
  async start() {
    this.port ??= await freePort();
    if (this.shape === 'services') {
      this.#database ??= await createDatabase(this.services.postgres.url);
      this.#redis ??= await emptyRedis(this.services.redis.url);
    }
    if (this.pids.api === undefined) await this.#launch('api', entries.api);
    await this.#untilReady();
    if (this.shape === 'services' && this.pids.worker === undefined)
      await this.#launch('worker', entries.worker);
  }

  /** SIGTERM to every process; answers their exit codes by name. */
  async stop() {
    const codes = {};
    for (const { name, process } of this.#processes.splice(0)) codes[name] = await process.stop();
    return codes;
  }

  /** kill -9 of the named processes, of all by default. */
  async kill(names = Object.keys(this.pids)) {
    const doomed = this.#processes.filter(({ name }) => names.includes(name));
    this.#processes = this.#processes.filter(({ name }) => !names.includes(name));
    await Promise.all(doomed.map(({ process }) => process.kill()));
  }

  /** Runs a statement in the database of the services shape. */
  async query(statement, values = []) {
    const client = await connected(this.#database.url);
    try {
      return (await client.query(statement, values)).rows;
    } finally {
      await client.end();
    }
  }

  async remove() {
    await this.kill();
    await this.#database?.drop();
    await this.#redis?.empty();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #launch(name, entry) {
    const inherited = Object.entries(toolEnvironment()).filter(([variable]) => !ownNames.test(variable));
    const services =
      this.shape === 'services' ? { DATABASE_URL: this.#database.url, REDIS_URL: this.#redis.url } : {};
    const port = name === 'api' ? String(this.port) : '0';
    const [program, ...args] = this.command(name, [findNode(), ...this.nodeOptions, entry]);
    const process = await startOwned(program, args, {
      cwd: this.folder,
      env: { ...Object.fromEntries(inherited), ...this.environment, ...services, PORT: port },
    });
    this.#processes.push({ name, process });
  }

  async #untilReady() {
    const { process } = this.#processes.find(({ name }) => name === 'api');
    let ended = false;
    void process.exited.then(() => (ended = true));
    const ready = await waitUntil(
      async () => ended || (await answers(`${this.url}/health/ready`)),
      startLimitMs,
    );
    if (ended || !ready) throw new Error(`ModelMuxer (${this.shape}) did not become ready:\n${this.log()}`);
  }
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function createDatabase(serverUrl) {
  const name = `mm_run_${randomBytes(6).toString('hex')}`;
  await administrate(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: () => administrate(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Two installations on one Redis would share a queue, so each has a numbered database of its own. */
async function emptyRedis(serverUrl) {
  const url = new URL(serverUrl);
  url.pathname = `/${randomInt(1, 16)}`;
  const { Redis } = requireInstalled('ioredis');
  const empty = async () => {
    const client = new Redis(url.toString(), { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    await client.flushdb().finally(() => client.disconnect());
  };
  await empty();
  return { url: url.toString(), empty };
}

async function administrate(url, statement) {
  const client = await connected(url);
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function connected(url) {
  const { Client } = requireInstalled('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

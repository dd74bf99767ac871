import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

const startHint = 'run it through `npm test`, which provides the servers, or set the variable yourself';

/** Address of the real PostgreSQL that tests run against, with the right to create databases. Throws when there is none. */
function requirePostgresUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error(`TEST_DATABASE_URL is not set: ${startHint}`);
  return url;
}

/** Address of the real Redis that tests run against. Throws when there is none. */
export function requireRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (!url) throw new Error(`TEST_REDIS_URL is not set: ${startHint}`);
  return url;
}

/** `describe` for suites on a real PostgreSQL; without one they are skipped under a name the test summary reports. */
export function describeWithPostgres(name: string, body: () => void): void {
  describeWithService('PostgreSQL', process.env['TEST_DATABASE_URL'], name, body);
}

/** `describe` for suites on a real Redis; without one they are skipped under a name the test summary reports. */
export function describeWithRedis(name: string, body: () => void): void {
  describeWithService('Redis', process.env['TEST_REDIS_URL'], name, body);
}

/** The mark is read by scripts/lib/test-report.mjs, which lists every suite that was left out. */
function describeWithService(service: string, url: string | undefined, name: string, body: () => void): void {
  if (url) {
    describe(name, body);
    return;
  }
  process.stderr.write(`NOT RUN: "${name}" needs ${service}; ${startHint}.\n`);
  describe.skip(`${name} [not run: no ${service}]`, body);
}

export interface TestDatabase {
  readonly url: string;
  /** Removes the database even while connections to it are open. */
  drop(): Promise<void>;
}

/** A fresh, empty database of its own on the test PostgreSQL, so that test workers never meet. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = requirePostgresUrl();
  const worker = process.env['JEST_WORKER_ID'] ?? '0';
  const name = `mm_test_${worker}_${randomBytes(6).toString('hex')}`;
  await administrate(server, `CREATE DATABASE ${name}`);

  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: () => administrate(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administrate(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

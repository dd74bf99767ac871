import { createRequire } from 'node:module';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';
import { waitUntil } from './processes.mjs';

const requireInstalled = createRequire(join(root, 'package.json'));
const drainLimitMs = 90_000;

/**
 * Runs a query on the database of an installation, once the outbox is empty: its files are deleted only when their
 * rows were seen in the ledger. The embedded database belongs to the service alone, so there it is stopped first.
 */
export async function queryLedger(installation, statement) {
  if (!(await waitUntil(() => isDrained(installation.dataDir), drainLimitMs))) {
    throw new Error(`The outbox was not empty after ${drainLimitMs / 1_000} s:\n${installation.log()}`);
  }
  if (installation.shape === 'services') return installation.query(statement);
  const codes = await installation.stop();
  if (codes.api !== 0) throw new Error(`The service ended with exit code ${codes.api} on SIGTERM.`);
  return queryEmbedded(installation.dataDir, statement);
}

function isDrained(dataDir) {
  const spool = join(dataDir, 'spool');
  if (!existsSync(spool)) return true;
  return readdirSync(spool, { recursive: true })
    .filter((name) => name.endsWith('.log'))
    .every((name) => (statSync(join(spool, name), { throwIfNoEntry: false })?.size ?? 0) === 0);
}

/** Through the service's own embedded server, so that its lock and its files are treated as it does. */
async function queryEmbedded(dataDir, statement) {
  const { EmbeddedDatabase } = requireInstalled('./dist/src/platform/database/embedded/embedded-database.js');
  const { Client } = requireInstalled('pg');
  const database = await EmbeddedDatabase.start({ dataDir });
  try {
    const { host, port, user, password, database: name } = database.connection;
    const client = new Client({ host, port, user, password, database: name });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query(statement).finally(() => client.end());
    return rows;
  } finally {
    await database.stop();
  }
}

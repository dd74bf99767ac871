import { hash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DataDirectoryConfig } from '../../src/platform/config/data-directory.config';
import { loadConfig } from '../../src/platform/config/load-config';
import { DatabaseConfig } from '../../src/platform/database/database.config';
import { DatabaseServer } from '../../src/platform/database/database-server';
import { runMigrations } from '../../src/platform/database/run-migrations';
import { QueueBackend } from '../../src/platform/queue/queue-backend';

const ROOT = resolve(__dirname, '../..');
const TEMPLATES = join(ROOT, '.cache/test-databases');

/** What decides the content of a fresh database; a template made of anything else is not used. */
function fingerprint(): string {
  const sources = globSync('src/platform/database/{migrations,embedded}/*.ts', { cwd: ROOT }).sort();
  const parts = [...sources, 'src/platform/queue/queue-backend.ts', 'package-lock.json'];
  return hash('sha256', parts.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\0')).slice(0, 20);
}

/**
 * Makes `dataDir` a data directory whose database is migrated already, which spares a start two thirds of its
 * time. The files are made once per state of the migrations, by the code that makes them in production.
 */
export async function useMigratedDatabase(dataDir: string): Promise<void> {
  const template = join(TEMPLATES, fingerprint());
  if (!existsSync(template)) await createTemplate(template);
  cpSync(join(template, 'postgresql'), join(dataDir, 'postgresql'), { recursive: true });
}

async function createTemplate(template: string): Promise<void> {
  const draft = mkdtempSync(join(tmpdir(), 'mm-template-'));
  const config = loadConfig([DatabaseConfig, DataDirectoryConfig], { MODELMUXER_DATA_DIR: draft });
  const settings = config.get(DatabaseConfig);
  const server = await DatabaseServer.start(settings, draft);
  try {
    await runMigrations(server.connection, {
      connectTimeoutMs: settings.connectTimeoutMs,
      waitMs: settings.migrationWaitMs,
    });
    await QueueBackend.create(undefined, server);
  } finally {
    await server.stop();
  }
  publish(draft, template);
}

/** Moves the draft to its place; another test worker may have been faster, and its template is as good. */
function publish(draft: string, template: string): void {
  const beside = `${template}.${process.pid}`;
  mkdirSync(dirname(template), { recursive: true });
  cpSync(draft, beside, { recursive: true });
  rmSync(draft, { recursive: true, force: true });
  try {
    renameSync(beside, template);
  } catch {
    rmSync(beside, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { DataDirectoryConfig } from '../../../src/platform/config/data-directory.config';
import { loadConfig, type RawSettings } from '../../../src/platform/config/load-config';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options';
import { DatabaseConfig } from '../../../src/platform/database/database.config';
import { DatabaseServer } from '../../../src/platform/database/database-server';
import { AuditBench, TRAIL_OWNER } from '../../support/audit-kit';
import { describeInBothShapes } from '../../support/create-app';
import { useMigratedDatabase } from '../../support/embedded-template';
import { createDatabase } from '../../support/services';
import { runMigrations } from '../../../src/platform/database/run-migrations';

const ROOT = resolve(__dirname, '../../..');
const HOOK = join(ROOT, 'src/platform/database/embedded/typescript-worker.cjs');
const LIMITS = { poolSize: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 0 };

interface Finished {
  readonly code: number;
  readonly output: string;
}

describeInBothShapes('npm run audit:verify', (shape) => {
  let settings: RawSettings;
  let drop: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'mm-verify-'));
    settings = { MODELMUXER_DATA_DIR: dataDir, AUDIT_SIGNING_KEY: 'k'.repeat(40) };
    if (shape === 'embedded') await useMigratedDatabase(dataDir);
    else {
      const database = await createDatabase();
      drop = () => database.drop();
      settings = { ...settings, DATABASE_URL: database.url };
    }
    await onDatabase(async (bench) => {
      await bench.fill(8);
      await bench.fill(3, 'org_2');
      await bench.checkpoints.make(TRAIL_OWNER);
    });
  }, 90_000);
  afterAll(() => drop?.());

  /** The embedded database belongs to one process at a time, so it is opened for each step only. */
  async function onDatabase(work: (bench: AuditBench) => Promise<void>): Promise<void> {
    const config = loadConfig([DatabaseConfig, DataDirectoryConfig], settings);
    const server = await DatabaseServer.start(
      config.get(DatabaseConfig),
      config.get(DataDirectoryConfig).dataDir,
    );
    await runMigrations(server.connection, { connectTimeoutMs: 10_000, waitMs: 10_000 });
    const dataSource = await new DataSource(dataSourceOptions(server.connection, LIMITS)).initialize();
    try {
      await work(new AuditBench({ dataSource, close: () => Promise.resolve() }, settings));
    } finally {
      await dataSource.destroy();
      await server.stop();
    }
  }

  function run(...words: string[]): Promise<Finished> {
    return new Promise((done) => {
      const command = ['--require', HOOK, join(ROOT, 'src/audit-verify.ts'), ...words];
      execFile(process.execPath, command, { env: { ...settings }, cwd: ROOT }, (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
      });
    });
  }

  it('prints a line for every trail and ends with 0 when all are intact', async () => {
    const { code, output } = await run();

    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/^org_1 +8 +8 +1 +0 +intact$/m);
    expect(output).toMatch(/^org_2 +3 +3 +0 +0 +intact$/m);
  });

  it('names the first bad event and ends with 1, for anchors only somebody else has too', async () => {
    let anchors = '';
    await onDatabase(async (bench) => {
      anchors = join(settings['MODELMUXER_DATA_DIR'] ?? '', 'kept.jsonl');
      writeFileSync(anchors, JSON.stringify(await bench.checkpoints.make(TRAIL_OWNER)));
      await bench.database.dataSource.query(
        `DELETE FROM audit_event WHERE organization_id = $1 AND sequence > 5`,
        [TRAIL_OWNER],
      );
      await bench.database.dataSource.query(
        `UPDATE audit_chain SET last_sequence = 5, last_hash =
           (SELECT hash FROM audit_event e WHERE e.organization_id = audit_chain.organization_id AND sequence = 5)
         WHERE organization_id = $1`,
        [TRAIL_OWNER],
      );
      await bench.database.dataSource.query('DELETE FROM audit_checkpoint');
    });

    expect((await run('--organization', TRAIL_OWNER)).code).toBe(0);
    const { code, output } = await run('--organization', TRAIL_OWNER, '--anchors', anchors);

    expect({ code, output }).toMatchObject({ code: 1 });
    expect(output).toMatch(/^org_1 +5 +5 +0 +1 +NOT INTACT: truncated at 6$/m);
    expect(output).not.toContain('org_2');
  });

  it('ends with 2 when nothing could be checked', async () => {
    expect((await run('--anchors', '/does/not/exist')).code).toBe(2);
    expect((await run('--nonsense')).code).toBe(2);
  });
});

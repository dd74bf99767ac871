import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { FeedbackRepository } from '../../../src/decisions/feedback/feedback.repository';
import { DecisionRepository } from '../../../src/decisions/store/decision.repository';
import { RoutingVersionRepository } from '../../../src/decisions/store/routing-version.repository';
import { DataDirectoryConfig } from '../../../src/platform/config/data-directory.config';
import { loadConfig, type RawSettings } from '../../../src/platform/config/load-config';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options';
import { DatabaseConfig } from '../../../src/platform/database/database.config';
import { DatabaseServer } from '../../../src/platform/database/database-server';
import { runMigrations } from '../../../src/platform/database/run-migrations';
import { toCatalogSnapshot } from '../../../src/routing/catalog-snapshot';
import { describeInBothShapes } from '../../support/create-app';
import { useMigratedDatabase } from '../../support/embedded-template';
import { makeDecisions } from '../../support/logged-decisions';
import { TIERED_CARDS, catalogOf } from '../../support/routing-samples';
import { createDatabase } from '../../support/services';

const ROOT = resolve(__dirname, '../../..');
const HOOK = join(ROOT, 'src/platform/database/embedded/typescript-worker.cjs');
const LIMITS = { poolSize: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 0 };
/** Ten minutes before midnight, so that the log lies in two partitions. */
const START = Date.parse('2026-06-01T23:50:00Z');
const PERIOD = ['--from', '2026-06-01', '--to', '2026-06-02'];
const COUNT = 2_400;
/** Whose answer to which prompt people like; the present policy chooses others. */
const LIKED = ['balanced-a', 'premium-a'];
const BETTER = 'weights: {balanced: {quality: 93, price: 7, speed: 0}}';

interface Finished {
  readonly code: number;
  readonly output: string;
}

function runCommand(settings: RawSettings, words: readonly string[]): Promise<Finished> {
  return new Promise((done) => {
    const command = ['--require', HOOK, join(ROOT, 'src/replay.ts'), ...words];
    execFile(process.execPath, command, { env: { ...settings }, cwd: ROOT }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describeInBothShapes('npm run replay', (shape) => {
  let settings: RawSettings;
  let folder: string;
  let drop: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mm-replay-'));
    settings = { MODELMUXER_DATA_DIR: folder };
    if (shape === 'embedded') await useMigratedDatabase(folder);
    else {
      const database = await createDatabase();
      drop = () => database.drop();
      settings = { ...settings, DATABASE_URL: database.url };
    }
    await onDatabase(fill);
  }, 90_000);
  afterAll(() => drop?.());

  /** The embedded database belongs to one process at a time, so it is opened for the preparation only. */
  async function onDatabase(work: (dataSource: DataSource) => Promise<void>): Promise<void> {
    const config = loadConfig([DatabaseConfig, DataDirectoryConfig], settings);
    const server = await DatabaseServer.start(config.get(DatabaseConfig), folder);
    await runMigrations(server.connection, { connectTimeoutMs: 10_000, waitMs: 10_000 });
    const dataSource = await new DataSource(dataSourceOptions(server.connection, LIMITS)).initialize();
    try {
      await work(dataSource);
    } finally {
      await dataSource.destroy();
      await server.stop();
    }
  }

  /** One tenant explores and prefers other models, the other never explored; a third of the answers has no feedback. */
  async function fill(dataSource: DataSource): Promise<void> {
    const versions = new RoutingVersionRepository(dataSource);
    const feedback = new FeedbackRepository(dataSource);
    await versions.keep('catalog', catalogOf(TIERED_CARDS).version, toCatalogSnapshot(TIERED_CARDS));
    for (const [organizationId, explorationPermille, count] of [
      ['org_1', 200, COUNT],
      ['org_2', 0, 300],
    ] as const) {
      const { made, profile, profileVersion } = makeDecisions({
        count,
        explorationPermille,
        organizationId,
        startMs: START,
      });
      await versions.keep('profile', profileVersion, JSON.stringify(profile));
      await new DecisionRepository(dataSource).append(made.map(({ event }) => event));
      for (const [i, { event, model, provider }] of made.entries())
        if (i % 3 !== 2)
          await feedback.keep({
            requestId: event.request_id,
            organizationId,
            userId: event.user_id,
            provider,
            model,
            intent: 'chat_lite',
            band: 5,
            score: model === LIKED[i % 3] ? 1 : 0.2,
          });
    }
  }

  function policyFile(text: string): string {
    const path = join(folder, `${String(Math.random()).slice(2)}.yaml`);
    writeFileSync(path, text);
    return path;
  }

  const run = (text: string, ...words: readonly string[]): Promise<Finished> =>
    runCommand(settings, ['--policy', policyFile(text), ...words]);

  it('finds the policy that chooses what people liked better, from the database, over two days', async () => {
    const { code, output } = await run(BETTER, ...PERIOD, '--organization', 'org_1');

    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain(`${String(COUNT)} decisions read, 1600 with an outcome`);
    expect(output).toContain('1600 decisions with an outcome were replayed');
    expect(output).toMatch(/^as logged +0\.\d{4} \[/m);
    expect(output).toMatch(/^candidate .* +1\.0000 \[.* 0\.0 % +better$/m);
    expect(output).toMatch(/^always cheapest .* refused$/m);
    expect(output).toMatch(/^The candidate is better: difference 0\.\d+ \[0\.\d+, 0\.\d+\]/m);
  }, 60_000);

  it('refuses a verdict on a tenant that never explored', async () => {
    const { code, output } = await run(BETTER, ...PERIOD, '--organization', 'org_2');

    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/^No verdict: .*never tried under the logged policy/m);
  }, 60_000);

  it.each([
    ['an unknown field', 'motor: hybrid', PERIOD, 'unknown field motor; known: engine, objective, weights'],
    ['an unknown engine', 'engine: magic', PERIOD, 'engine magic does not exist'],
    [
      'an empty period',
      'engine: hybrid',
      ['--from', '2020-01-01', '--to', '2020-01-31'],
      'there are no decisions from 2020-01-01',
    ],
    [
      'a period that ends before it begins',
      'engine: hybrid',
      ['--from', '2026-06-02', '--to', '2026-06-01'],
      '--from lies after --to',
    ],
    ['no period', 'engine: hybrid', [], '--from and --to are days'],
    [
      'a day that is none',
      'engine: hybrid',
      ['--from', 'June', '--to', '2026-06-01'],
      '--from and --to are days',
    ],
    [
      'a day that the month does not have',
      'engine: hybrid',
      ['--from', '2026-02-30', '--to', '2026-06-01'],
      '--from and --to are days',
    ],
    [
      'a log that is not there',
      'engine: hybrid',
      ['--log', '/does/not/exist'],
      'there is no file /does/not/exist',
    ],
  ])(
    'says what is wrong with %s',
    async (_, policy, words, message) => {
      const { code, output } = await run(policy, ...words);

      expect({ code, output }).toMatchObject({ code: 2 });
      expect(output).toContain(message);
      expect(output).not.toMatch(/^ +at /m);
    },
    60_000,
  );
});

describe('npm run replay without a database', () => {
  it('says where it looked for one, and makes none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mm-replay-'));
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'engine: hybrid');
    const { code, output } = await runCommand({ MODELMUXER_DATA_DIR: folder }, [
      '--policy',
      policy,
      ...PERIOD,
    ]);

    expect({ code, output }).toMatchObject({ code: 2 });
    expect(output).toContain(
      `DATABASE_URL is not set, and ${folder} (MODELMUXER_DATA_DIR) holds no database`,
    );
  }, 60_000);
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import pg from 'pg';
import { EmbeddedDatabase } from '../../../src/platform/database/embedded/embedded-database';
import { EmbeddedDatabaseError } from '../../../src/platform/database/embedded/embedded-database.errors';
import { createTestDatabaseImage } from '../../../src/platform/database/embedded/test-database-image';
import { DatabaseFixture, until } from './embedded-database.fixture';

jest.setTimeout(120_000);

interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
}

describe('the data folder of the embedded database', () => {
  let dataDir: string;
  let image: string;
  const writers: Writer[] = [];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mm-empty-'));
    image = join(folder, 'empty.tgz');
    await writeFile(image, await createTestDatabaseImage({ prepare: async () => undefined }));
  });
  afterAll(() => rm(dirname(image), { recursive: true }));

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'mm-db-'));
  });
  afterEach(async () => {
    for (const { child } of writers.splice(0)) await kill(child);
    await rm(dataDir, { recursive: true, force: true });
  });

  function startWriter(...from: string[]): Writer {
    const script = [join(__dirname, 'run-typescript.cjs'), join(__dirname, 'writer.process.ts')];
    const child = spawn(process.execPath, [...script, dataDir, ...from], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const writer: Writer = { child, lines: [] };
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      writer.lines.push(...lines);
    });
    writers.push(writer);
    return writer;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  const acknowledged = ({ lines }: Writer): number[] =>
    lines.filter((line) => line.startsWith('ack ')).map((line) => Number(line.slice(4)));

  it('loses no acknowledged transaction and keeps no half one after kill -9, round after round', async () => {
    const all = new Set<number>();
    for (let round = 0; round < 5; round += 1) {
      const writer = startWriter(image);
      await until(() => acknowledged(writer).length > 20, 30_000);
      await sleep(Math.random() * 400);
      await kill(writer.child);
      for (const number of acknowledged(writer)) all.add(number);

      const fixture = await DatabaseFixture.start({ dataDir });
      const client = await fixture.client();
      const { rows } = await client.query<{ number: number; halves: number }>(
        'select number, count(*)::int as halves from entry group by number',
      );
      await fixture.stop();

      expect(rows.filter(({ halves }) => halves !== 2)).toEqual([]);
      const stored = new Set(rows.map(({ number }) => number));
      expect([...all].filter((number) => !stored.has(number))).toEqual([]);
    }
    expect(all.size).toBeGreaterThan(100);
  });

  it('is usable after kill -9 while it was being created', async () => {
    const writer = startWriter();
    await until(() => existsSync(join(dataDir, 'postgresql.new')), 30_000);
    await sleep(150);
    await kill(writer.child);

    const fixture = await DatabaseFixture.start({ dataDir });
    const { rows } = await (await fixture.client()).query('select 1 as one');
    await fixture.stop();

    expect(rows).toEqual([{ one: 1 }]);
    expect(await readdir(dataDir)).toEqual(['postgresql']);
  });

  it('refuses a second process, naming folder and holder, and a second start in the same process', async () => {
    const writer = startWriter(image);
    await until(() => acknowledged(writer).length > 0, 30_000);

    const failure = await EmbeddedDatabase.start({ dataDir }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(EmbeddedDatabaseError);
    expect(failure).toMatchObject({
      code: 'data_folder_locked',
      message: expect.stringContaining(`process ${writer.child.pid ?? 0}`) as unknown,
    });
    expect((failure as Error).message).toContain(dataDir);
    await kill(writer.child);
    const database = await EmbeddedDatabase.start({ dataDir });
    await expect(EmbeddedDatabase.start({ dataDir })).rejects.toMatchObject({ code: 'data_folder_locked' });
    await database.stop();
  });

  it('lets exactly one of several processes in that take over a stale lock at the same time', async () => {
    const first = startWriter(image);
    await until(() => acknowledged(first).length > 0, 30_000);
    await kill(first.child);

    const rivals = [startWriter(), startWriter(), startWriter()];
    const isDecided = ({ lines }: Writer): boolean => lines.some((line) => /^(started|error)/.test(line));
    await until(() => rivals.every(isDecided), 60_000);

    expect(rivals.filter(({ lines }) => lines.some((line) => line.startsWith('started')))).toHaveLength(1);
    const refused = rivals.flatMap(({ lines }) => lines.filter((line) => line.startsWith('error')));
    expect(refused).toHaveLength(2);
    expect(refused.every((line) => line.includes('is in use by'))).toBe(true);
  });

  it('lets a client that said goodbye go without an error when it stops right after', async () => {
    const database = await EmbeddedDatabase.start({ image });
    const pool = new pg.Pool({ ...database.connection, max: 4 });
    const errors: unknown[] = [];
    pool.on('error', (error) => errors.push(error));
    await Promise.all([1, 2, 3, 4].map(() => pool.query('select pg_sleep(0.01)')));

    await pool.end();
    await database.stop();

    expect(errors).toEqual([]);
  });

  it('keeps its content over a graceful stop, which ends open transactions and frees the folder', async () => {
    const first = await DatabaseFixture.start({ dataDir, image, searchPath: 'public, extra' });
    const client = await first.client();
    await client.query('create schema extra; create table extra.thing(id int); insert into thing values (1)');
    await client.query('begin; insert into thing values (2)');
    await first.database.stop();
    await expect(client.query('select 1')).rejects.toThrow();
    expect(await readdir(dataDir)).toEqual(['postgresql']);

    const second = await DatabaseFixture.start({ dataDir, searchPath: 'public, extra' });
    const { rows } = await (await second.client()).query('select id from thing');
    await second.stop();

    expect(rows).toEqual([{ id: 1 }]);
  });

  it('syncs every commit to disk when asked to, and none otherwise', async () => {
    const syncsOf10Commits = async (fsync: string): Promise<number> => {
      const script = [join(__dirname, 'run-typescript.cjs'), join(__dirname, 'count-syncs.process.ts')];
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...script,
        join(dataDir, fsync),
        fsync,
        image,
      ]);
      return Number(stdout);
    };

    expect(await syncsOf10Commits('on')).toBeGreaterThanOrEqual(10);
    expect(await syncsOf10Commits('off')).toBe(0);
  });

  it('is served again on the same port, with everything acknowledged, after the engine broke', async () => {
    const fixture = await DatabaseFixture.start({ dataDir, image });
    const client = await fixture.client();
    await client.query('create table kept(id int); insert into kept values (1)');
    const { thread } = fixture.database as unknown as { thread: { worker: Worker } };

    await thread.worker.terminate();

    await until(() =>
      fixture.client().then(
        () => true,
        () => false,
      ),
    );
    const { rows } = await (await fixture.client()).query('select id from kept');
    await fixture.stop();
    expect(rows).toEqual([{ id: 1 }]);
  });

  it('tells when the engine broke and nothing can be restarted', async () => {
    const failures: EmbeddedDatabaseError[] = [];
    const database = await EmbeddedDatabase.start({ image, onFailure: (error) => failures.push(error) });
    const { thread } = database as unknown as { thread: { worker: Worker } };

    await thread.worker.terminate();
    await until(() => failures.length > 0);

    expect(failures[0]?.code).toBe('stopped');
    await database.stop();
  });

  it('does not let the write-ahead log or dead rows pile up', async () => {
    const fixture = await DatabaseFixture.start({ dataDir, image, fsync: false, maintenanceIntervalMs: 100 });
    const client = await fixture.client();
    await client.query('create table churn(id int primary key, text text)');
    await client.query(`insert into churn select g, '' from generate_series(1, 20000) g`);
    for (let round = 0; round < 25; round += 1) {
      await client.query("update churn set text = repeat('x', 300) || $1::text", [round]);
      await sleep(30);
    }
    await sleep(1500);

    const { rows } = await client.query<{ bytes: number; segments: number }>(
      `select pg_relation_size('churn')::int as bytes, (select count(*)::int from pg_ls_waldir()) as segments`,
    );
    await fixture.stop();

    // Without maintenance: 171 MB and 16 segments, both growing.
    expect(rows[0]?.segments).toBeLessThan(12);
    expect(rows[0]?.bytes).toBeLessThan(100_000_000);
  });
});

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import {
  Column,
  DataSource,
  Entity,
  type MigrationInterface,
  PrimaryGeneratedColumn,
  type QueryRunner,
} from 'typeorm';
import { EmbeddedDatabase } from '../../../src/platform/database/embedded/embedded-database';
import { createTestDatabaseImage } from '../../../src/platform/database/embedded/test-database-image';
import { DatabaseFixture, until } from './embedded-database.fixture';

jest.setTimeout(60_000);

@Entity('note')
class Note {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column({ type: 'text' }) text: string;
}

class CreateNote1700000000000 implements MigrationInterface {
  name = 'CreateNote1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'create table note(id uuid primary key default gen_random_uuid(), text text not null)',
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table note');
  }
}

describe('on the embedded database', () => {
  let fixture: DatabaseFixture;

  beforeAll(async () => {
    fixture = await DatabaseFixture.start({ ownWaitLimitMs: 500, searchPath: 'public, bullmq' });
  });
  afterEach(() => fixture.closeClients());
  afterAll(() => fixture.stop());

  function dataSource(): DataSource {
    const { user, ...connection } = fixture.database.connection;
    return new DataSource({
      type: 'postgres',
      ...connection,
      username: user,
      poolSize: 4,
      entities: [Note],
      migrations: [CreateNote1700000000000],
    });
  }

  it('TypeORM runs migrations up and down, transactions commit, roll back and nest', async () => {
    const source = await dataSource().initialize();
    await source.runMigrations();
    await source.transaction(async (manager) => {
      await manager.insert(Note, { text: 'kept' });
      await manager
        .transaction(async (inner) => {
          await inner.insert(Note, { text: 'undone by savepoint' });
          throw new Error('inner');
        })
        .catch(() => undefined);
    });
    await source
      .transaction(async (manager) => {
        await manager.insert(Note, { text: 'rolled back' });
        throw new Error('outer');
      })
      .catch(() => undefined);

    expect((await source.getRepository(Note).find()).map(({ text }) => text)).toEqual(['kept']);

    await source.undoLastMigration();
    expect(await source.query(`select to_regclass('note') as name`)).toEqual([{ name: null }]);
    await source.destroy();
  });

  it('TypeORM code that leaves its own transaction gets an error instead of hanging', async () => {
    const source = await dataSource().initialize();
    await source.runMigrations();

    const failure = source.transaction(async (manager) => {
      await manager.insert(Note, { text: 'inside' });
      await source.getRepository(Note).count();
    });

    await expect(failure).rejects.toMatchObject({ code: '55P03' });
    expect(await source.getRepository(Note).count()).toBe(0);
    await source.destroy();
  });

  it('BullMQ runs jobs, retries failures, waits for delays and wakes an idle worker by NOTIFY', async () => {
    const pool = fixture.pool(6);
    const migrating = await pool.connect();
    await runMigrations(migrating, 'bullmq');
    migrating.release();
    const { Queue, Worker } = withBackend(createPostgresBackend);
    const queue = new Queue<{ n: number }>('probe', { connection: pool });
    const done: { name: string; attempt: number; at: number }[] = [];
    const worker = new Worker<{ n: number }>(
      'probe',
      async (job) => {
        if (job.name === 'fragile' && job.attemptsMade === 0) throw new Error('first attempt fails');
        done.push({ name: job.name, attempt: job.attemptsMade, at: performance.now() });
      },
      { connection: pool, concurrency: 4 },
    );
    worker.on('error', () => undefined);
    await worker.waitUntilReady();

    await queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'bulk', data: { n } })));
    await queue.add('fragile', { n: 1 }, { attempts: 3, backoff: 20 });
    await queue.add('once', { n: 1 }, { jobId: 'same' });
    await queue.add('once', { n: 2 }, { jobId: 'same' });
    await queue.add('delayed', { n: 1 }, { delay: 200 });
    const names = (name: string) => done.filter((entry) => entry.name === name);
    await until(
      () => names('bulk').length === 50 && names('fragile').length === 1 && names('delayed').length === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const added = performance.now();
    await queue.add('awake', { n: 1 });
    await until(() => names('awake').length === 1);

    expect(names('once')).toHaveLength(1);
    expect(names('fragile')[0]?.attempt).toBe(1);
    // Without NOTIFY an idle worker looks again after about five seconds.
    expect((names('awake')[0]?.at ?? 0) - added).toBeLessThan(500);
    expect(await queue.getJobCounts('completed', 'failed')).toEqual({ completed: 54, failed: 0 });
    await worker.close();
    await queue.close();
  });

  const psql = ['/usr/bin/psql', '/usr/local/bin/psql', '/opt/homebrew/bin/psql'].find((path) =>
    existsSync(path),
  );
  (psql === undefined ? it.skip : it)('psql lists tables and selects', async () => {
    const run = (sql: string) =>
      promisify(execFile)(psql ?? '', [fixture.database.url, '-X', '-At', '-c', sql]);
    await (
      await fixture.client()
    ).query('create table if not exists shown(id int); insert into shown values (7)');

    expect((await run('\\dt public.shown')).stdout).toContain('public|shown|table|postgres');
    expect((await run('select * from shown')).stdout).toBe('7\n');
    expect((await run('\\d shown')).stdout).toContain('id|integer');
  });

  it('an image starts as a copy of a prepared database, from memory, a Blob or a file, and copies are separate', async () => {
    const image = await createTestDatabaseImage({
      prepare: async (connection) => {
        const { user, host, port, password, database } = connection;
        const source = new DataSource({
          type: 'postgres',
          ...{ host, port, password, database, username: user },
          migrations: [CreateNote1700000000000],
        });
        await source.initialize();
        await source.runMigrations();
        await source.query(`insert into note(text) values ('from the image')`);
        await source.destroy();
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'mm-image-'));
    await writeFile(join(folder, 'image.tgz'), image);

    for (const form of [image, new Blob([new Uint8Array(image)]), join(folder, 'image.tgz')]) {
      const copy = await DatabaseFixture.start({ image: form });
      const client = await copy.client();
      await client.query(`insert into note(text) values ('only here')`);
      expect((await client.query('select count(*)::int as n from note')).rows).toEqual([{ n: 2 }]);
      await copy.stop();
    }
    const stored = await DatabaseFixture.start({ image, dataDir: join(folder, 'data') });
    expect((await (await stored.client()).query('select text from note')).rows).toEqual([
      { text: 'from the image' },
    ]);
    await stored.stop();
    await rm(folder, { recursive: true });
  });

  it('a broken image is an error of start, not a hang', async () => {
    const broken = EmbeddedDatabase.start({ image: Buffer.from('not an archive') });

    await expect(broken).rejects.toMatchObject({ name: 'EmbeddedDatabaseError' });
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseFixture, until } from './embedded-database.fixture';
import { RawClient } from './raw-client.fixture';

jest.setTimeout(60_000);

const resultBytes = 30 * 1024 * 1024;

describe('limits of the embedded database', () => {
  let fixture: DatabaseFixture;

  beforeAll(async () => {
    fixture = await DatabaseFixture.start({
      ownWaitLimitMs: 500,
      idleInTransactionLimitMs: 1500,
      stalledReaderLimitMs: 1500,
      maxResultBytes: resultBytes,
    });
  });
  afterEach(() => fixture.closeClients());
  afterAll(() => fixture.stop());

  it('fail a statement whose own caller holds the transaction open, naming the cause', async () => {
    const [transaction, other] = [
      await fixture.client({ application_name: 'billing' }),
      await fixture.client(),
    ];
    await transaction.query('begin');

    const failure = await other.query('select 1').catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(pg.DatabaseError);
    expect(failure).toMatchObject({
      code: '55P03',
      message: expect.stringContaining('billing') as unknown,
      hint: expect.stringContaining("transaction's own entity manager") as unknown,
    });
    await transaction.query('commit');
    expect((await other.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('let statements wait without end behind a transaction that works', async () => {
    const [transaction, other] = [await fixture.client(), await fixture.client()];
    await transaction.query('begin');
    const waiting = other.query('select 1 as one');

    for (let round = 0; round < 8; round += 1) await transaction.query('select pg_sleep(0.1)');
    await transaction.query('commit');

    expect((await waiting).rows).toEqual([{ one: 1 }]);
  });

  it('end a connection that stays idle in its transaction, and roll it back', async () => {
    const transaction = await fixture.client();
    const errors: unknown[] = [];
    transaction.on('error', (error) => errors.push(error));
    await transaction.query('create table if not exists forgotten(id int)');
    await transaction.query('begin; insert into forgotten values (1)');

    await until(() => errors.length > 0, 20_000);

    expect(errors[0]).toMatchObject({ code: '25P03' });
    const other = await fixture.client();
    expect((await other.query('select count(*)::int as n from forgotten')).rows).toEqual([{ n: 0 }]);
  });

  it('hold at most one answer for a client that does not read, serve the others, and drop it in the end', async () => {
    const stuck = await RawClient.connect(fixture.database.connection);
    stuck.socket.pause();
    const before = process.memoryUsage().rss;
    for (let count = 0; count < 40; count += 1) stuck.query("select repeat('x', 20000000)");
    const other = await fixture.client();

    const started = performance.now();
    for (let count = 0; count < 20; count += 1) await other.query('select 1');
    const elapsedMs = performance.now() - started;
    await sleep(500);
    const growth = process.memoryUsage().rss - before;
    await sleep(2000);
    stuck.socket.resume();
    await until(() => stuck.isClosed);

    expect(elapsedMs).toBeLessThan(5000);
    // Forty answers would be 800 MB; one is 20 MB, held a few times over inside the engine.
    expect(growth).toBeLessThan(250_000_000);
  });

  it('leave input in the socket of a client that sends faster than it is served', async () => {
    const [owner, eager] = [await fixture.client(), await RawClient.connect(fixture.database.connection)];
    await owner.query('begin');
    const statement = `select length('${'x'.repeat(1_000_000)}')`;
    for (let count = 0; count < 60; count += 1) {
      eager.query(statement);
      // A transaction that works may be waited for; an idle one would end the waiting with an error.
      if (count % 5 === 0) await owner.query('select 1');
    }

    expect(eager.socket.writableLength).toBeGreaterThan(30_000_000);
    await owner.query('commit');

    for (let count = 0; count < 60; count += 1) expect((await eager.until('Z')).types).toBe('TDCZ');
    eager.close();
  });

  it('end a connection whose result is too large, and only that one', async () => {
    const [greedy, other] = [await fixture.client(), await fixture.client()];

    await expect(greedy.query(`select repeat('x', ${resultBytes + 1})`)).rejects.toMatchObject({
      code: '54000',
    });

    expect((await other.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('roll back the transaction in which a result was too large', async () => {
    const [greedy, other] = [await fixture.client(), await fixture.client()];
    await greedy.query('create table if not exists half(id int)');
    await greedy.query('begin; insert into half values (1)');

    await expect(greedy.query(`select repeat('x', ${resultBytes + 1})`)).rejects.toMatchObject({
      code: '54000',
    });

    expect((await other.query('select count(*)::int as n from half')).rows).toEqual([{ n: 0 }]);
  });
});

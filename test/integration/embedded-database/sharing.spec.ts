import type net from 'node:net';
import pg from 'pg';
import { DatabaseFixture, stateAfter, until } from './embedded-database.fixture';

jest.setTimeout(60_000);

describe('clients of the embedded database', () => {
  let fixture: DatabaseFixture;

  beforeAll(async () => {
    fixture = await DatabaseFixture.start();
  });
  beforeEach(async () => {
    const client = await fixture.client();
    await client.query('drop table if exists item; create table item(id int primary key, name text)');
  });
  afterEach(() => fixture.closeClients());
  afterAll(() => fixture.stop());

  it('never see what another client did in a transaction that is rolled back', async () => {
    const [writer, reader] = [await fixture.client(), await fixture.client()];
    await writer.query('begin');
    await writer.query("insert into item values (1, 'draft')");

    const read = reader.query('select count(*)::int as n from item');
    expect(await stateAfter(read, 100)).toBe('pending');
    await writer.query('rollback');

    expect((await read).rows).toEqual([{ n: 0 }]);
  });

  it('wait for an open transaction and then run, in the order in which they came', async () => {
    const writer = await fixture.client();
    const others = await Promise.all([1, 2, 3].map(() => fixture.client()));
    await writer.query('begin');
    await writer.query("insert into item values (0, 'first')");
    const order: number[] = [];
    const waiting: Promise<unknown>[] = [];
    for (const [index, client] of others.entries()) {
      const statement = client.query('insert into item values ($1, $2)', [index + 1, 'later']);
      waiting.push(statement.then(() => order.push(index)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(order).toEqual([]);

    await writer.query('commit');
    await Promise.all(waiting);

    expect(order).toEqual([0, 1, 2]);
  });

  it('keep a failed transaction to themselves until they end it', async () => {
    const [writer, reader] = [await fixture.client(), await fixture.client()];
    await writer.query('begin');
    await expect(writer.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    const read = reader.query('select 1 as one');
    expect(await stateAfter(read, 50)).toBe('pending');
    await expect(writer.query('select 1')).rejects.toMatchObject({ code: '25P02' });

    await writer.query('rollback');

    expect((await read).rows).toEqual([{ one: 1 }]);
  });

  it('are rolled back when they die in the middle of a transaction, and the others go on', async () => {
    const [dying, reader] = [await fixture.client(), await fixture.client()];
    await dying.query('begin');
    await dying.query("insert into item values (1, 'lost')");
    const read = reader.query('select count(*)::int as n from item');

    (dying as unknown as { connection: { stream: net.Socket } }).connection.stream.destroy();

    expect((await read).rows).toEqual([{ n: 0 }]);
  });

  it('are told SQLSTATE, constraint, table and detail of an error', async () => {
    const client = await fixture.client();
    await client.query("insert into item values (1, 'a')");

    const failure = client.query('insert into item values ($1, $2)', [1, 'b']);

    await expect(failure).rejects.toMatchObject({
      code: '23505',
      constraint: 'item_pkey',
      table: 'item',
      detail: 'Key (id)=(1) already exists.',
    });
    await expect(failure).rejects.toBeInstanceOf(pg.DatabaseError);
  });

  it('get the types of the pg driver', async () => {
    const client = await fixture.client();

    const { rows } = await client.query(
      `select $1::bigint as big, $2::numeric as exact, $3::bytea as bytes, $4::timestamptz as at,
        $5::jsonb as json, array[1,2] as list, null as nothing, true as yes, 1.5::float8 as real`,
      ['9007199254740993', '0.10', Buffer.from([0, 255]), new Date(1e12), { a: [1] }],
    );

    expect(rows).toEqual([
      {
        big: '9007199254740993',
        exact: '0.10',
        bytes: Buffer.from([0, 255]),
        at: new Date(1e12),
        json: { a: [1] },
        list: [1, 2],
        nothing: null,
        yes: true,
        real: 1.5,
      },
    ]);
  });

  it('send and get 20 MB in one value', async () => {
    const client = await fixture.client();
    const text = 'é'.repeat(10 * 1024 * 1024);

    const { rows } = await client.query<{ text: string; long: string }>(
      'select $1::text as text, repeat($2, 20971520) as long',
      [text, 'x'],
    );

    expect(rows[0]?.text === text).toBe(true);
    expect(rows[0]?.long).toHaveLength(20 * 1024 * 1024);
  });

  it('have prepared statements of their own, even under the same name', async () => {
    const [one, two] = [await fixture.client(), await fixture.client()];
    const ask = (client: pg.Client, text: string) =>
      client.query<{ who: string }>({ name: 'same', text, values: [1] });

    const first = await ask(one, "select $1::int as a, 'one' as who");
    const second = await ask(two, "select $1::int as a, 'two' as who");
    const again = await ask(one, "select $1::int as a, 'one' as who");

    expect([first, second, again].map(({ rows }) => rows[0]?.who)).toEqual(['one', 'two', 'one']);
  });

  it('leave no prepared statement behind when they go', async () => {
    const one = await fixture.client();
    await one.query({ name: 'kept', text: 'select 1' });
    const two = await fixture.client();
    const count = async () =>
      (await two.query<{ n: number }>('select count(*)::int as n from pg_prepared_statements')).rows[0]?.n;
    expect(await count()).toBe(1);

    await one.end();

    await until(async () => (await count()) === 0);
  });

  it('cannot make the database spin or break with COPY FROM STDIN; their transaction fails as after any error', async () => {
    const client = await fixture.client();
    await client.query('begin');

    await expect(client.query('/* x */ copy item from stdin')).rejects.toMatchObject({ code: '0A000' });

    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('get an error for input nested too deeply, and the database lives on', async () => {
    const client = await fixture.client();

    await expect(client.query('select $1::jsonb', ['['.repeat(200_000)])).rejects.toMatchObject({
      code: expect.stringMatching(/54001|22P02/) as unknown,
    });
    await expect(client.query(`select ${Array(60_000).fill('1').join('+')}`)).rejects.toMatchObject({
      code: '54001',
    });

    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('are all served under load, with exact results', async () => {
    const pool = fixture.pool(8);
    await pool.query('insert into item values (0, $1)', ['0']);

    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const client = await pool.connect();
        await client.query('begin');
        const { rows } = await client.query<{ n: number }>('select name::int as n from item where id = 0');
        await client.query('update item set name = $1 where id = 0', [String((rows[0]?.n ?? 0) + 1)]);
        await client.query('commit');
        client.release();
      }),
    );

    expect((await pool.query('select name from item')).rows).toEqual([{ name: '200' }]);
  });
});

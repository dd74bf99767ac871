import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseFixture, until } from './embedded-database.fixture';
import { RawClient, startup } from './raw-client.fixture';

jest.setTimeout(60_000);

describe('the embedded database on the wire', () => {
  let fixture: DatabaseFixture;
  const clients: RawClient[] = [];
  const connect = async (): Promise<RawClient> => {
    const client = await RawClient.connect(fixture.database.connection);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    fixture = await DatabaseFixture.start({
      ownWaitLimitMs: 1000,
      maxMessageBytes: 2_000_000,
      maxConnections: 20,
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await fixture.closeClients();
  });
  afterAll(() => fixture.stop());

  it('lets nobody in without the password', async () => {
    const { database, ...wrong } = { ...fixture.database.connection, password: 'guess' };

    await expect(fixture.client(wrong)).rejects.toMatchObject({ code: '28P01' });
    await expect(fixture.client({ ...wrong, password: '' })).rejects.toThrow();
    await expect(fixture.client({ user: 'root' })).rejects.toMatchObject({ code: '28P01' });
    await expect(fixture.client({ database: `${database}2` })).rejects.toMatchObject({ code: '3D000' });
  });

  it('runs no query that comes instead of the password', async () => {
    const client = await RawClient.open(fixture.database.connection);
    client.socket.write(startup({ user: 'postgres', database: 'postgres' }));
    client.query('select 1');

    expect((await client.until('E')).text).toContain('28P01');
    await until(() => client.isClosed);
  });

  it('offers protocol 3.0 to a client that asks for a newer minor version', async () => {
    const client = await RawClient.open(fixture.database.connection);
    clients.push(client);
    client.socket.write(startup({ user: 'postgres', database: 'postgres' }, 196610));
    client.send('p', `${fixture.database.connection.password}\0`);

    expect((await client.until('Z')).types).toMatch(/^vRR/);
  });

  it('ends a connection that claims or sends a message above the limit, or an unknown message', async () => {
    const [claims, sends, speaks] = [await connect(), await connect(), await connect()];

    claims.socket.write(Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff]));
    for (let part = 0; part < 3; part += 1) sends.parse('', `select '${'x'.repeat(900_000)}'`);
    speaks.send('?', 'what');

    expect((await claims.until('E')).text).toContain('54000');
    expect((await sends.until('E')).text).toContain('54000');
    expect((await speaks.until('E')).text).toContain('08P01');
    await until(() => claims.isClosed && sends.isClosed && speaks.isClosed);
  });

  it('ends a connection whose start-up packet is too long before buffering it', async () => {
    const client = await RawClient.open(fixture.database.connection);
    client.socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));

    expect((await client.until('E')).text).toContain('54000');
  });

  it('never runs the unnamed statement of another client', async () => {
    const [one, two] = [await connect(), await connect()];
    one.parse('', "select 'one'").send('S');
    await one.until('Z');
    two.parse('', "select 'two'").send('S');
    await two.until('Z');

    one.bind('', '').execute('').send('S');
    const answer = await one.until('Z');

    expect(answer.types).toBe('2DCZ');
    expect(answer.text).toContain('one');
  });

  it('says that there is no unnamed statement rather than running another client’s', async () => {
    const [one, two] = [await connect(), await connect()];
    two.parse('', "select 'secret'").send('S');
    await two.until('Z');

    one.bind('', '').execute('').send('S');
    const answer = await one.until('Z');

    expect(answer.types).toBe('EZ');
    expect(answer.text).toContain('26000');
  });

  it('answers after Flush and keeps others out until Sync', async () => {
    const [one, two] = [await connect(), await connect()];
    one.parse('', 'select generate_series(1, 5)').bind('', '').send('D', 'P\0').send('H');
    expect((await one.until('T')).types).toBe('12T');
    two.query("select 'other'");
    one.execute('', 2).send('H');
    expect((await one.until('s')).types).toBe('DDs');
    await sleep(50);
    expect(two.received).toEqual([]);

    one.execute('', 9).send('S');

    expect((await one.until('Z')).types).toBe('DDDCZ');
    expect((await two.until('Z')).text).toContain('other');
  });

  it('ignores everything up to Sync after an error, as PostgreSQL does', async () => {
    const client = await connect();
    client.parse('', 'select nonsense').send('H');
    expect((await client.until('E')).text).toContain('42703');

    client.parse('', 'select 1').bind('', '').execute('').send('S');

    expect((await client.until('Z')).types).toBe('Z');
  });

  it('frees the database when a client dies between Flush and Sync', async () => {
    const [one, two] = [await connect(), await connect()];
    one.parse('', 'select generate_series(1, 5)').bind('', '').execute('', 1).send('H');
    await one.until('s');
    two.query('select 2');

    one.close();

    expect((await two.until('Z')).types).toBe('TDCZ');
  });

  it('answers pipelined batches in order, and refuses a waiting extended batch without losing step', async () => {
    const [owner, waiting] = [await connect(), await connect()];
    owner.query('begin');
    await owner.until('Z');
    waiting
      .parse('', 'select 1')
      .send('H')
      .bind('', '')
      .send('H')
      .execute('')
      .send('S')
      .query("select 'next'");

    const refused = await waiting.until('Z');
    owner.query('commit');

    expect(refused.types).toBe('EZ');
    expect(refused.text).toContain('55P03');
    expect((await waiting.until('Z')).text).toContain('next');
  });

  it('cancels a waiting statement on request, and only with its secret', async () => {
    const [owner, waiting] = [await connect(), await fixture.client()];
    owner.query('begin');
    await owner.until('Z');
    const key = waiting as unknown as { processID: number; secretKey: number };
    const statement = waiting.query('select 1');
    statement.catch(() => undefined);
    const cancel = async (secret: number): Promise<void> => {
      const client = await RawClient.open(fixture.database.connection);
      const request = Buffer.alloc(16);
      [16, 80877102, key.processID, secret].forEach((value, index) => request.writeInt32BE(value, index * 4));
      client.socket.write(request);
      await until(() => client.isClosed);
    };
    await sleep(20);

    await cancel(key.secretKey ^ 1);
    await cancel(key.secretKey);

    await expect(statement).rejects.toMatchObject({ code: '57014' });
  });

  it('refuses more connections than it may have, and takes new ones when some left', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, connect));

    await expect(fixture.client()).rejects.toMatchObject({ code: '53300' });
    many[0]?.close();

    await until(() =>
      fixture.client().then(
        () => true,
        () => false,
      ),
    );
  });
});

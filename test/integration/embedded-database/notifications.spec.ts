import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseFixture, until } from './embedded-database.fixture';

jest.setTimeout(60_000);

describe('LISTEN and NOTIFY in the embedded database', () => {
  let fixture: DatabaseFixture;

  beforeAll(async () => {
    fixture = await DatabaseFixture.start();
  });
  afterEach(() => fixture.closeClients());
  afterAll(() => fixture.stop());

  async function listener(sql: string): Promise<{ client: pg.Client; heard: string[] }> {
    const client = await fixture.client();
    const heard: string[] = [];
    client.on('notification', ({ channel, payload }) => heard.push(`${channel}:${payload ?? ''}`));
    await client.query(sql);
    return { client, heard };
  }

  it('reach every idle client that listens, and nobody else', async () => {
    const [one, two, stranger] = [
      await listener('listen jobs'),
      await listener('listen jobs'),
      await listener('select 1'),
    ];
    const sender = await fixture.client();

    await sender.query("notify jobs, 'hello'");
    await until(() => one.heard.length > 0 && two.heard.length > 0);

    expect([one.heard, two.heard, stranger.heard]).toEqual([['jobs:hello'], ['jobs:hello'], []]);
  });

  it('work with several statements, comments, quotes and the extended protocol', async () => {
    const { client, heard } = await listener(`/* listen no; */ select 'listen no2'; -- listen no3
      listen "My Channel"; LISTEN Folded`);
    await client.query({ text: 'listen extended', values: [] });
    const sender = await fixture.client();

    for (const channel of ['no', 'no2', 'no3', 'My Channel', 'folded', 'extended']) {
      await sender.query('select pg_notify($1, $2)', [channel, 'x']);
    }
    await until(() => heard.length >= 3);

    expect(heard).toEqual(['My Channel:x', 'folded:x', 'extended:x']);
  });

  it('come at COMMIT and not after ROLLBACK', async () => {
    const { heard } = await listener('listen bank');
    const sender = await fixture.client();

    await sender.query("begin; notify bank, 'never'");
    await sender.query('rollback');
    await sender.query("begin; notify bank, 'later'");
    await sleep(30);
    expect(heard).toEqual([]);
    await sender.query('commit');

    await until(() => heard.length > 0);
    expect(heard).toEqual(['bank:later']);
  });

  it('stay on for others when one client stops listening or leaves', async () => {
    const [one, two, three] = [
      await listener('listen news'),
      await listener('listen news'),
      await listener('listen news'),
    ];
    await one.client.query('unlisten news');
    await two.client.query('unlisten *');
    const sender = await fixture.client();
    await sender.query("notify news, 'first'");
    await until(() => three.heard.length === 1);
    const four = await listener('listen news');

    await three.client.end();
    await sender.query("notify news, 'second'");
    await until(() => four.heard.length === 1);

    expect([one.heard, two.heard, three.heard, four.heard]).toEqual([
      [],
      [],
      ['news:first'],
      ['news:second'],
    ]);
  });

  it('tell the process id of the sending connection', async () => {
    const receiver = await fixture.client();
    const ids: number[] = [];
    receiver.on('notification', ({ processId }) => ids.push(processId));
    await receiver.query('listen who');
    const sender = await fixture.client();

    await sender.query('notify who');
    await until(() => ids.length > 0);

    expect(ids).toEqual([(sender as unknown as { processID: number }).processID]);
  });
});

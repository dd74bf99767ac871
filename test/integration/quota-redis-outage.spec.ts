import { SystemClock } from '../../src/common/clock';
import { newId } from '../../src/common/ids';
import type { RedisConnection } from '../../src/platform/redis/redis-connection';
import type { HoldRequest } from '../../src/quota/quota-store';
import { RedisQuotaStore } from '../../src/quota/redis-quota-store';
import { eventually } from '../support/eventually';
import { FakeClock } from '../support/fake-clock';
import { connectRedis, connectTestRedis, connectThroughProxy, forgetEverything } from '../support/redis';
import { describeWithRedisServers, RedisServers } from '../support/redis-servers';
import { describeWithRedis } from '../support/services';
import type { TcpProxy } from '../support/tcp-proxy';

const TIMEOUT_MS = 200;
const organizationId = 'org_outage';
const lines = [{ counter: 'requests', limit: 100, windowMs: 60_000 }];

const request = (overrides: Partial<HoldRequest> = {}): HoldRequest => ({
  organizationId,
  holdId: newId('hold'),
  amountNanoUsd: 10n,
  tokens: 0,
  budgets: [{ counter: 'day', limitNanoUsd: 100n, mode: 'enforce', windowEndsAtMs: Date.now() + 3_600_000 }],
  tokenLimits: [],
  expiresAtMs: Date.now() + 60_000,
  note: '',
  ...overrides,
});

const unavailable = { code: 'store_unavailable', category: 'unavailable', retryAfterSeconds: 1 };

const storeOn = ({ commands: client, keyPrefix }: RedisConnection): RedisQuotaStore =>
  new RedisQuotaStore({ client, keyPrefix, clock: new SystemClock() });

describeWithRedis('RedisQuotaStore in trouble', () => {
  let connection: RedisConnection;
  let proxy: TcpProxy;
  let store: RedisQuotaStore;

  beforeEach(async () => {
    ({ connection, proxy } = await connectThroughProxy({ REDIS_COMMAND_TIMEOUT_MS: String(TIMEOUT_MS) }));
    store = storeOn(connection);
    await store.load(organizationId, []);
  });
  afterEach(async () => {
    await connection.close();
    await proxy.stop();
  });

  const everyOperation = (): readonly (() => Promise<unknown>)[] => [
    () => store.hold(request()),
    () => store.settle({ organizationId, holdId: 'hold_x', actualNanoUsd: 0n, actualTokens: 0 }),
    () => store.renew(organizationId, 'hold_x', Date.now() + 1_000),
    () => store.expireDue(organizationId, Date.now(), 10),
    () => store.readCounters(organizationId, ['day']),
    () => store.load(organizationId, []),
    () => store.takeRequest({ organizationId, lines, nowMs: Date.now() }),
    () => store.organizationsWithHolds(),
  ];

  it('fails every operation with store_unavailable within the command timeout when Redis stands still', async () => {
    proxy.freeze();
    const started = performance.now();

    for (const outcome of await Promise.allSettled(everyOperation().map((operation) => operation()))) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable });
    }
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS * 2);
  });

  it('fails at once while Redis is unreachable, and works again when it is back', async () => {
    proxy.cut();
    await eventually(async () => expect(connection.isReady).toBe(false));
    const started = performance.now();

    for (const operation of everyOperation()) await expect(operation()).rejects.toMatchObject(unavailable);
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS);

    proxy.restore();
    await eventually(async () => expect((await store.hold(request())).kind).toBe('held'));
  });

  it('takes back a hold that Redis took although its answer came too late', async () => {
    await store.settle({ organizationId, holdId: 'hold_warm_up', actualNanoUsd: 0n, actualTokens: 0 });
    const late = request({ amountNanoUsd: 60n });
    await store.hold(request({ amountNanoUsd: 1n }));
    proxy.freeze();
    await expect(store.hold(late)).rejects.toMatchObject(unavailable);
    proxy.thaw();

    await eventually(async () => {
      expect(await store.readCounters(organizationId, ['day'])).toMatchObject([
        { spentNanoUsd: 0n, heldNanoUsd: 1n },
      ]);
    });
    await expect(store.hold(late)).resolves.toMatchObject({ kind: 'held', remainingNanoUsd: 39n });
  });

  it('comes back even after its client gave up for good', async () => {
    connection.commands.disconnect();
    await expect(store.hold(request())).rejects.toMatchObject(unavailable);

    await eventually(async () => expect((await store.hold(request())).kind).toBe('held'));
  });

  it('reconnects by itself to a server that stopped answering', async () => {
    proxy.freeze();
    await expect(store.hold(request())).rejects.toMatchObject(unavailable);
    await eventually(async () => expect(connection.isReady).toBe(false));
    proxy.thaw();

    await eventually(async () => expect((await store.hold(request())).kind).toBe('held'));
  });
});

describeWithRedis('RedisQuotaStore on a living Redis', () => {
  let connection: RedisConnection;
  let store: RedisQuotaStore;

  beforeEach(async () => {
    connection = await connectTestRedis();
    store = storeOn(connection);
    await store.load(organizationId, []);
  });
  afterEach(() => connection.close());

  it('admits nothing after a flush until the organization is loaded anew; old holds are unknown then', async () => {
    const held = request();
    await store.hold(held);
    await forgetEverything(connection);

    await expect(store.hold(request())).resolves.toEqual({ kind: 'not_loaded' });
    await store.load(organizationId, [
      { counter: 'day', spentNanoUsd: 95n, windowEndsAtMs: Date.now() + 1_000_000 },
    ]);
    await expect(
      store.settle({ organizationId, holdId: held.holdId, actualNanoUsd: 5n, actualTokens: 0 }),
    ).resolves.toBe('unknown');
    await expect(store.hold(request())).resolves.toMatchObject({
      kind: 'over_budget',
      spentNanoUsd: 95n,
      heldNanoUsd: 0n,
    });
    await store.hold(request({ amountNanoUsd: 5n }));
    await expect(store.organizationsWithHolds()).resolves.toEqual([organizationId]);
  });

  it('starts a new generation when only the counters were lost: what was held in the old one is unknown', async () => {
    const held = request();
    await store.hold(held);
    await connection.commands.del(`${connection.keyPrefix}:{${organizationId}}:quota:state`);
    const settle = { organizationId, holdId: held.holdId, actualNanoUsd: 5n, actualTokens: 0 };

    await expect(store.settle(settle)).resolves.toBe('not_loaded');
    await store.load(organizationId, []);
    await expect(store.settle(settle)).resolves.toBe('unknown');
    await expect(store.expireDue(organizationId, Date.now() + 600_000, 10)).resolves.toEqual([]);
    await expect(store.readCounters(organizationId, ['day'])).resolves.toMatchObject([
      { spentNanoUsd: 0n, heldNanoUsd: 0n },
    ]);
  });

  it('works again after the scripts were flushed', async () => {
    await connection.commands.script('FLUSH');

    await expect(store.hold(request())).resolves.toMatchObject({ kind: 'held' });
  });

  it('goes by the clock of Redis, so that a replica with a wrong clock neither expires nor keeps holds of others', async () => {
    const wrong = new FakeClock(Date.now() + 3_600_000);
    const ahead = new RedisQuotaStore({
      client: connection.commands,
      keyPrefix: connection.keyPrefix,
      clock: wrong,
    });
    await store.hold(request());
    await ahead.hold(request({ expiresAtMs: wrong.now() - 1 }));

    await expect(ahead.expireDue(organizationId, wrong.now(), 10)).resolves.toHaveLength(1);
    await expect(store.expireDue(organizationId, Date.now(), 10)).resolves.toHaveLength(0);
    await expect(store.readCounters(organizationId, ['day'])).resolves.toMatchObject([
      { spentNanoUsd: 10n, heldNanoUsd: 10n },
    ]);
  });

  it('puts every key of an organization under its hash tag and forgets rate windows by itself', async () => {
    await store.hold(request({ tokens: 1, tokenLimits: lines }));
    await store.settle({ organizationId, holdId: 'hold_x', actualNanoUsd: 0n, actualTokens: 0 });
    const keys = await connection.commands.keys(`${connection.keyPrefix}:*`);
    const organizationKeys = keys.filter((key) => !key.endsWith(':quota-organizations'));

    expect(organizationKeys.length).toBeGreaterThan(3);
    expect(
      organizationKeys.every((key) => key.startsWith(`${connection.keyPrefix}:{${organizationId}}:`)),
    ).toBe(true);
    const rate = keys.find((key) => key.includes(':rate:')) ?? '';
    expect(await connection.commands.pttl(rate)).toBeGreaterThan(50_000);
  });
});

describeWithRedisServers('RedisQuotaStore on a Redis that stands still and goes on', () => {
  const servers = new RedisServers();
  let connection: RedisConnection;
  let store: RedisQuotaStore;
  let processId: number;

  beforeAll(async () => {
    const port = await servers.startSingle();
    const settings = {
      REDIS_URL: `redis://127.0.0.1:${port}`,
      REDIS_COMMAND_TIMEOUT_MS: String(TIMEOUT_MS),
    };
    connection = await connectRedis(settings);
    store = storeOn(connection);
    processId = Number(/process_id:(\d+)/.exec(await connection.commands.info('server'))?.[1]);
    await store.load(organizationId, []);
  });
  afterAll(async () => {
    await connection.close();
    await servers.stop();
  });

  it('has nothing left of the holds and leases that were refused meanwhile, whatever it finds on connections that were given up', async () => {
    await store.hold(request({ amountNanoUsd: 1n }));
    let tries = 0;
    process.kill(processId, 'SIGSTOP');
    try {
      await eventually(async () => {
        tries += 2;
        await Promise.all([
          expect(store.hold(request())).rejects.toMatchObject(unavailable),
          expect(store.lease({ ...request(), amountNanoUsd: 5n })).rejects.toMatchObject(unavailable),
        ]);
        expect(connection.isReady).toBe(false);
      });
    } finally {
      process.kill(processId, 'SIGCONT');
    }
    expect(tries).toBeGreaterThan(2);
    await eventually(async () =>
      expect((await store.hold(request({ amountNanoUsd: 2n }))).kind).toBe('held'),
    );

    await eventually(async () => {
      await expect(store.readCounters(organizationId, ['day'])).resolves.toMatchObject([
        { spentNanoUsd: 0n, heldNanoUsd: 3n, leasedNanoUsd: 0n },
      ]);
    });
  });
});

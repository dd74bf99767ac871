/**
 * npm run bench:budgets [-- --requests 4000 --cycles 9]: CPU of this process for the hold and the settlement of one request,
 * on Redis and in process, beside two empty round trips to the same Redis. All take turns in short slices of one run. The commands
 * the server got are counted by MONITOR. Exit code 1 when a limit is missed.
 */
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../scripts/lib/install.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';
import { startRedis } from '../scripts/lib/test-redis.mjs';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '4000' },
    cycles: { type: 'string', default: '9' },
  },
});
const limits = { redis: 200, process: 30 };
const requests = Number(options.requests);
const cycles = Number(options.cycles);
const monitored = 200;
const atOnce = [1, 32];
const organizationId = 'org_bench';
const requireHere = createRequire(import.meta.url);
const built = (path) => requireHere(join(root, 'dist', 'src', path));

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const redis = await startRedis(join(root, '.cache', 'services'));
  if (redis.failure !== undefined) throw new Error(redis.failure);
  const connection = await connect(redis.url);
  try {
    return await measure(connection, redis);
  } finally {
    await connection.close();
    await redis.stop();
  }
});

async function connect(url) {
  const { RedisConfig } = built('platform/redis/redis.config.js');
  const { RedisConnection } = built('platform/redis/redis-connection.js');
  const { loadConfig } = built('platform/config/load-config.js');
  const config = loadConfig([RedisConfig], { REDIS_URL: url, REDIS_KEY_PREFIX: 'bench' }).get(RedisConfig);
  const connection = new RedisConnection(config, config.address);
  if (!(await connection.waitUntilReady(5_000))) throw new Error('Redis does not answer');
  return connection;
}

async function measure(connection, redis) {
  const { SystemClock } = built('common/clock.js');
  const { RedisQuotaStore } = built('quota/redis-quota-store.js');
  const { InProcessQuotaStore } = built('quota/in-process-quota-store.js');
  const clock = new SystemClock();
  const { commands: client, keyPrefix } = connection;
  const stores = {
    redis: new RedisQuotaStore({ client, keyPrefix, clock }),
    process: new InProcessQuotaStore(clock),
  };
  for (const store of Object.values(stores)) await store.load(organizationId, []);
  const ping = async () => {
    await client.ping();
    await client.ping();
  };
  const variants = atOnce.flatMap((width) => [
    { name: 'two empty round trips (PING)', width, work: ping },
    { name: 'hold and settle on Redis', width, work: requestOn(stores.redis, clock), limit: limits.redis },
    {
      name: 'hold and settle in process',
      width,
      work: requestOn(stores.process, clock),
      limit: limits.process,
    },
  ]);
  for (const { work, width } of variants) await slice(work, width);
  for (let cycle = 0; cycle < cycles; cycle += 1)
    for (const variant of shuffled(variants))
      (variant.slices ??= []).push(await slice(variant.work, variant.width));
  const sent = await countCommands(client, requestOn(stores.redis, clock));
  console.log(
    `Redis ${redis.version}, Node ${process.version}, ${cycles} slices of ${requests} requests each`,
  );
  return report(variants, sent);
}

/** One request with the budgets most requests have: of the organization, and two of the user. */
function requestOn(store, clock) {
  const { RequestHold } = built('cost/holds/request-hold.js');
  const windowEndsAtMs = clock.now() + 86_400_000;
  const lines = ['organization/org_bench/monthly', 'user/usr_bench/daily', 'user/usr_bench/monthly'].map(
    (counter) => ({
      counter: `${counter}/2026-11-01`,
      limitNanoUsd: 9_000_000_000_000_000n,
      mode: 'enforce',
      windowEndsAtMs,
    }),
  );
  const terms = {
    organizationId,
    budgets: { for: () => lines, sameFor: () => true },
    tokenLimits: [],
    owner: {
      requestId: 'req_bench',
      userId: 'usr_bench',
      projectId: null,
      apiKeyId: 'key_bench',
      heldAtMs: clock.now(),
    },
    holdMs: 120_000,
    lender: { lend: () => Promise.resolve(undefined) },
  };
  const call = { target: { provider: 'demo', model: 'demo-small' }, amountNanoUsd: 1_000n, tokens: 100 };
  return async () => {
    const now = clock.now();
    const hold = new RequestHold(store, terms, now);
    const outcome = await hold.take(call, now);
    if (outcome.kind !== 'held') throw new Error(`a request of the bench was ${outcome.kind}`);
    await hold.settle({ costNanoUsd: 400n, tokens: 50 });
  };
}

/** Microseconds of CPU, user and system, of this process per request; so many at once. */
async function slice(work, width) {
  const each = Math.ceil(requests / width);
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let i = 0; i < each; i += 1) await work();
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (each * width);
}

/** Commands a client sent per request; those of scripts run inside the server and travel nowhere. */
async function countCommands(client, work) {
  const duplicate = client.duplicate();
  const monitor = await duplicate.monitor();
  const sent = new Map();
  monitor.on('monitor', (_time, [command], source) => {
    if (source !== 'lua') sent.set(command, (sent.get(command) ?? 0) + 1);
  });
  for (let i = 0; i < monitored; i += 1) await work();
  await new Promise((resolve) => setTimeout(resolve, 200));
  monitor.disconnect();
  duplicate.disconnect();
  return [...sent].map(([command, count]) => `${command} ${(count / monitored).toFixed(2)}`).join(', ');
}

function report(variants, sent) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const pings = new Map(variants.filter(({ limit }) => !limit).map((one) => [one.width, median(one.slices)]));
  const rows = variants.map(({ name, width, slices, limit }) => {
    const value = median(slices);
    return {
      ok: limit === undefined || value <= limit,
      cells: [
        name,
        String(width),
        value.toFixed(1),
        (value / pings.get(width)).toFixed(2),
        limit === undefined ? '-' : `${limit}`,
      ],
    };
  });
  const head = ['CPU of the process per request', 'at once', 'µs', 'of the round trips', 'limit', ''];
  const lines = rows.map(({ cells, ok }) => [...cells, ok ? 'ok' : 'MISSED']);
  for (const line of tableLines([head, ...lines])) console.log(line);
  console.log(`Commands sent per request: ${sent}`);
  const isOneEach = /^evalsha 2\.00$/i.test(sent);
  if (!isOneEach) console.log('MISSED: one round trip for the hold and one for the settlement');
  return rows.every(({ ok }) => ok) && isOneEach ? 0 : 1;
}

function shuffled(items) {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

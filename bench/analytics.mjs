/**
 * npm run bench:analytics [-- --rows 10000000] [--users 200] [--repeat 20]: how long the cost analytics of a month take from the
 * roll-ups, through the API, against the same sums over the raw ledger in the same run. Makes the ledger by SQL on
 * a throw-away PostgreSQL and rolls it up with the function the service uses. Writes bench/results/analytics.txt.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies } from '../scripts/lib/install.mjs';
import { Installation } from '../scripts/lib/installation.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';
import { provideServices } from '../scripts/lib/test-services.mjs';
import { insertDay, prepareLedger } from './lib/ledger-month.mjs';
import { median } from './lib/statistics.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    users: { type: 'string', default: '200' },
    repeat: { type: 'string', default: '20' },
  },
});
const rows = Number(options.rows);
const users = Number(options.users);
const repeat = Number(options.repeat);
const aimMs = 300;
const days = 30;
const groupings = ['model', 'provider', 'day', 'strategy', 'user', 'key', 'hour'];

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const services = await provideServices();
  if (services.postgres.failure) throw new Error(services.postgres.failure);
  const installation = new Installation({ shape: 'services', services, vendorUrl: 'http://127.0.0.1:9' });
  installation.environment.ALLOWED_API_KEYS = JSON.stringify([{ key: installation.apiKey, role: 'owner' }]);
  try {
    await installation.start();
    return await measure(installation, services);
  } finally {
    await installation.stop();
    await installation.remove();
    await services.stop();
  }
});

async function measure(installation, services) {
  const month = await fillMonth(installation);
  const rolledUp = await rollUp(installation, month);
  const [[counts], raw] = [await countRows(installation, month), await timeRaw(installation, month)];
  const timings = [];
  for (const by of groupings) timings.push(await timeRoute(installation, month, by));
  const counters = await timeCounters(installation, month);
  return report({ month, services, rolledUp, counts, raw, timings, counters });
}

/** One insert per day; the triggers stay out of it, so that rolling up can be timed by itself. */
async function fillMonth(installation) {
  const organizationId = await prepareLedger(installation);
  const end = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  const start = new Date(end.getTime() - days * 86_400_000);
  const startedAt = performance.now();
  for (let day = 0; day < days; day += 1) {
    const count = Math.floor((rows * (day + 1)) / days) - Math.floor((rows * day) / days);
    await insertDay(installation, {
      organizationId,
      users,
      count,
      day: new Date(start.getTime() + day * 86_400_000),
    });
    progress('ledger', day, startedAt);
  }
  await installation.query('ANALYZE usage_record');
  await installation.query('ALTER TABLE usage_record ENABLE TRIGGER USER');
  return { organizationId, start, end };
}

async function rollUp(installation, { organizationId, start }) {
  const startedAt = performance.now();
  for (let day = 0; day < days; day += 1) {
    const from = new Date(start.getTime() + day * 86_400_000);
    const until = new Date(from.getTime() + 86_400_000);
    await installation.query('SELECT rebuild_rollups($1, $2, $3)', [organizationId, from, until]);
    progress('roll-ups', day, startedAt);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  // Every call is a request of its own here; request records would only double the disk space the run takes.
  // Detailed rows by the hour are millions, and no question asked here reads them.
  await installation.query('UPDATE usage_rollup_hour SET requests = calls WHERE NOT detailed');
  await installation.query('UPDATE usage_rollup_day SET requests = calls');
  await installation.query('VACUUM ANALYZE usage_rollup_hour');
  await installation.query('VACUUM ANALYZE usage_rollup_day');
  await installation.query('ANALYZE rollup_key');
  return seconds;
}

function countRows(installation) {
  return installation.query(`
    SELECT (SELECT count(*) FROM usage_record) AS ledger,
      (SELECT count(*) FROM usage_rollup_day WHERE NOT detailed) AS day_coarse,
      (SELECT count(*) FROM usage_rollup_day WHERE detailed) AS day_detailed,
      (SELECT count(*) FROM usage_rollup_hour WHERE NOT detailed) AS hour_coarse,
      (SELECT count(*) FROM usage_rollup_hour WHERE detailed) AS hour_detailed`);
}

/** The same sums over single rows: what the route would have to do without roll-ups. */
async function timeRaw(installation, { organizationId, start, end }) {
  const times = [];
  let found;
  for (let run = 0; run < 3; run += 1) {
    const startedAt = performance.now();
    found = await installation.query(
      `SELECT resolved_model AS model, count(*) AS calls, sum(cost_nano_usd) AS cost, sum(input_uncached + output_text) AS tokens
       FROM usage_record WHERE organization_id = $1 AND started_at >= $2 AND started_at < $3 GROUP BY 1`,
      [organizationId, start, end],
    );
    times.push(performance.now() - startedAt);
  }
  return { times, cost: new Map(found.map(({ model, cost }) => [model, cost])) };
}

/** What a rebuild of the counters adds up: a day and a month, by rows and by roll-ups. */
async function timeCounters(installation, { organizationId, start, end }) {
  const { rollupStatement } = createRequire(import.meta.url)('../dist/src/cost/ledger/rollup-spending.js');
  const sinceMs = [end.getTime() - 86_400_000, start.getTime()];
  const question = {
    organizationId,
    timeZone: 'UTC',
    sinceMs,
    byModel: false,
    attemptIds: [],
    withoutHolds: [],
  };
  const byRollups = rollupStatement(question);
  const byRows = {
    text: `SELECT project_id, user_id, api_key_id, sum(cost_nano_usd) FILTER (WHERE held_at >= $2) AS spent_0,
        sum(cost_nano_usd) FILTER (WHERE held_at >= $3) AS spent_1
      FROM usage_record WHERE organization_id = $1 AND held_at >= $3 GROUP BY 1, 2, 3`,
    values: [organizationId, ...sinceMs.map((ms) => new Date(ms).toISOString())],
  };
  const timed = [];
  for (const { text, values } of [byRows, byRollups]) {
    const times = [];
    let sum;
    for (let run = 0; run < 3; run += 1) {
      const startedAt = performance.now();
      const found = await installation.query(text, [...values]);
      times.push(performance.now() - startedAt);
      sum = found.reduce((total, row) => total + BigInt(row.spent_0 ?? 0) + BigInt(row.spent_1 ?? 0), 0n);
    }
    timed.push({ times, sum });
  }
  const [rows, rollups] = timed;
  return { rows, rollups, same: rows.sum === rollups.sum };
}

async function timeRoute(installation, { start, end }, by) {
  const dates = [start, new Date(end.getTime() - 1)].map((date) => date.toISOString().slice(0, 10));
  const url = `${installation.url}/v1/analytics/costs?start_date=${dates[0]}&end_date=${dates[1]}&group_by=${by}`;
  const times = [];
  let body;
  for (let run = -3; run < repeat; run += 1) {
    const startedAt = performance.now();
    const response = await fetch(url, { headers: { authorization: `Bearer ${installation.apiKey}` } });
    body = await response.json();
    if (response.status !== 200) throw new Error(`${url}: ${response.status} ${JSON.stringify(body)}`);
    if (run >= 0) times.push(performance.now() - startedAt);
  }
  console.log(`asked     group_by=${by}: ${median(times).toFixed(0)} ms`);
  return { by, times, body };
}

function progress(what, day, startedAt) {
  const done = Math.floor((rows * (day + 1)) / days);
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `${what.padEnd(9)} day ${String(day + 1).padStart(2)}/${days}: ${done.toLocaleString('en')} rows, ${(done / seconds).toFixed(0)} rows/s`,
  );
}

function report({ month, services, rolledUp, counts, raw, timings, counters }) {
  const [byModel] = timings;
  const wrong = Object.entries(byModel.body.grouped_data).filter(
    ([model, { cost_nano_usd }]) => raw.cost.get(model) !== cost_nano_usd,
  );
  const same = wrong.length === 0 && Object.keys(byModel.body.grouped_data).length === raw.cost.size;
  const cells = (times) =>
    [median(times), times.toSorted((a, b) => a - b).at(-1)].map((ms) => `${ms.toFixed(0)} ms`);
  const lines = [
    `${Number(counts.ledger).toLocaleString('en')} calls of ${users} users in ${days} days to ${month.end.toISOString().slice(0, 10)}; PostgreSQL ${services.postgres.version} (test settings, no fsync)`,
    `roll-up rows: ${counts.day_coarse} + ${counts.day_detailed} by day, ${counts.hour_coarse} + ${counts.hour_detailed} by hour (coarse + detailed); rebuilt in ${rolledUp.toFixed(0)} s`,
    '',
    ...tableLines([
      ['what', 'runs', 'median', 'slowest'],
      ['raw ledger by SQL, group by model', raw.times.length, ...cells(raw.times)],
      ...timings.map(({ by, times }) => [
        `GET /v1/analytics/costs, group_by=${by}`,
        times.length,
        ...cells(times),
      ]),
      ['counters of a day and a month, by rows', counters.rows.times.length, ...cells(counters.rows.times)],
      [
        'counters of a day and a month, by roll-ups',
        counters.rollups.times.length,
        ...cells(counters.rollups.times),
      ],
    ]),
    '',
    `sums by model equal to the raw ledger, to the nano-dollar: ${same ? 'yes' : 'NO'}`,
    `counters by roll-ups equal to those by rows: ${counters.same ? 'yes' : 'NO'}`,
    `group_by=model in less than ${aimMs} ms: ${median(byModel.times) < aimMs ? 'met' : 'MISSED'}`,
  ];
  const results = join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'analytics.txt'), `${lines.join('\n')}\n`);
  console.log(`\n${lines.join('\n')}\n\nwritten: bench/results/analytics.txt`);
  return same && counters.same && median(byModel.times) < aimMs ? 0 : 1;
}

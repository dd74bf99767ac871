/**
 * npm run reprice -- --from YYYY-MM-DD --to YYYY-MM-DD [--prices current|requirements|<file>] [--organization <id>]
 * [--save <file>] [--url …] [--api-key …]: what the calls of a past period would have cost by other prices. Reads the ledger of a
 * running installation, computes with the code that books, changes nothing. A file is what GET /v1/prices answered at some time;
 * `--save` keeps the prices that were used. Models the prices do not name keep what was booked.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies, root } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { toPriceRow, toUsage } from './lib/price-document.mjs';
import { SmokeClient } from './lib/smoke-client.mjs';
import { tableLines } from './lib/table.mjs';

const pageSize = 1_000;
const day = /^\d{4}-\d{2}-\d{2}$/;
const usage =
  'usage: npm run reprice -- --from YYYY-MM-DD --to YYYY-MM-DD [--prices current|requirements|<file>]';

await onPackagedNode(async () => {
  const options = readOptions();
  if (typeof options === 'string') {
    console.error(`${options}\n${usage}`);
    return 2;
  }
  await ensureDependencies();
  await buildWhenStale();
  const client = new SmokeClient(options.url, options['api-key']);
  const document = await readPrices(client, options.prices);
  if (options.save) writeFileSync(options.save, `${JSON.stringify(document, null, 2)}\n`);
  const sums = await priceAgain(client, options, pricer(document));
  report(sums, document.version, options);
  return 0;
});

function readOptions() {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      prices: { type: 'string', default: 'current' },
      organization: { type: 'string' },
      save: { type: 'string' },
      url: { type: 'string', default: process.env.MODELMUXER_URL || 'http://127.0.0.1:8000' },
      'api-key': { type: 'string', default: process.env.MODELMUXER_API_KEY },
    },
  });
  if (!day.test(values.from ?? '') || !day.test(values.to ?? '')) return '--from and --to are days (UTC).';
  if (values.from > values.to) return '--from lies after --to.';
  return values['api-key'] ? values : 'No API key given (--api-key or MODELMUXER_API_KEY).';
}

async function readPrices(client, wanted) {
  if (wanted !== 'current' && wanted !== 'requirements') return JSON.parse(readFileSync(wanted, 'utf8'));
  return (await ask(client, `/v1/prices?version=${wanted}`)).json;
}

/** A function from ledger rows to nano-USD; undefined for a model the prices do not name. */
function pricer({ data }) {
  const requireHere = createRequire(import.meta.url);
  const { costOfUsage } = requireHere(join(root, 'dist/src/catalog/price-book.js'));
  const cards = new Map(
    data.map(({ provider, model, prices }) => [
      `${provider}/${model}`,
      { provider, model, prices: prices.map(toPriceRow) },
    ]),
  );
  return (row) => {
    const undated = row.resolved_model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$/, '');
    const card =
      cards.get(`${row.provider}/${row.resolved_model}`) ?? cards.get(`${row.provider}/${undated}`);
    const { usage, started_at: at, service_tier: tier } = row;
    return card && costOfUsage(card, toUsage(usage), Date.parse(at), tier ?? undefined);
  };
}

async function priceAgain(client, { from, to, organization }, price) {
  const sums = new Map();
  let cursor;
  let rows = 0;
  do {
    const query = new globalThis.URLSearchParams({
      from: `${from}T00:00:00Z`,
      to: `${to}T23:59:59.999Z`,
      limit: String(pageSize),
    });
    if (organization) query.set('organization_id', organization);
    if (cursor) query.set('cursor', cursor);
    const { data, next_cursor } = (await ask(client, `/v1/analytics/records?${query}`)).json;
    for (const row of data) add(sums, row, price(row));
    rows += data.length;
    cursor = next_cursor;
    if (process.stderr.isTTY) process.stderr.write(`\r${rows} calls read`);
  } while (cursor);
  if (process.stderr.isTTY) process.stderr.write('\n');
  return sums;
}

/** What was booked as an estimate above its tokens, or released, has no other price. */
function add(sums, row, priced) {
  const key = `${row.provider}/${row.resolved_model}`;
  const sum = sums.get(key) ?? { calls: 0, booked: 0n, priced: 0n, isKnown: true };
  const booked = BigInt(row.cost_nano_usd);
  sum.calls += 1;
  sum.booked += booked;
  sum.priced += row.cost_source === 'exact' ? (priced ?? booked) : booked;
  if (priced === undefined) sum.isKnown = false;
  sums.set(key, sum);
}

function report(sums, version, { from, to }) {
  const rows = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const total = { calls: 0, booked: 0n, priced: 0n, isKnown: true };
  for (const [, { calls, booked, priced }] of rows) {
    total.calls += calls;
    total.booked += booked;
    total.priced += priced;
  }
  console.log(`\nCalls from ${from} to ${to} by the prices of version ${version}, USD\n`);
  for (const line of tableLines([
    ['model', 'calls', 'booked', 'by these prices', 'difference', ''],
    ...[...rows, ['total', total]].map(([name, sum]) => [
      name,
      String(sum.calls),
      usd(sum.booked),
      usd(sum.priced),
      usd(sum.priced - sum.booked),
      sum.isKnown ? '' : 'not in these prices',
    ]),
  ]))
    console.log(line);
}

function usd(nano) {
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, '0');
  return `${nano < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

async function ask(client, path) {
  const answer = await client.get(path);
  if (answer.status === 200) return answer;
  throw new Error(`${path.split('?')[0]} answered ${answer.status}: ${answer.json?.error?.message ?? ''}`);
}

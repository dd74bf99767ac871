/**
 * npm run usage:reconcile -- --file vendor-usage.jsonl [--url http://host:8000] [--api-key mm_…]: corrects the ledger by what a vendor
 * says its calls cost. One JSON object per line: attempt_id, cost_nano_usd, and usage with tokens by bucket if known.
 * Running it twice changes nothing the second time.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SmokeClient } from './lib/smoke-client.mjs';
import { tableLines } from './lib/table.mjs';

const batchSize = 500;
const { values: options } = parseArgs({
  options: {
    file: { type: 'string' },
    url: { type: 'string', default: process.env.MODELMUXER_URL ?? 'http://127.0.0.1:8000' },
    'api-key': { type: 'string', default: process.env.MODELMUXER_API_KEY },
  },
});

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 1;
});

async function main() {
  if (options.file === undefined || options['api-key'] === undefined) {
    console.error(
      'usage: npm run usage:reconcile -- --file <vendor-usage.jsonl> [--url <http://host:port>] --api-key <key>',
    );
    return 2;
  }
  const client = new SmokeClient(options.url, options['api-key']);
  const total = { calls: 0, corrected: 0, unchanged: 0, unknown: 0, unreadable: 0 };
  const unknown = [];
  for await (const batch of batchesOf(options.file, total)) {
    const { status, json, text } = await client.post('/v1/analytics/reconcile', { records: batch });
    if (status !== 200) throw new Error(`The service answered ${status}: ${text}`);
    total.calls += batch.length;
    total.corrected += json.corrected;
    total.unchanged += json.unchanged;
    total.unknown += json.unknown.length;
    unknown.push(...json.unknown);
    console.log(`${total.calls} calls: ${total.corrected} corrected, ${total.unknown} unknown`);
  }
  for (const id of unknown.slice(0, 20)) console.log(`not in the ledger: ${id}`);
  for (const line of tableLines([Object.keys(total), Object.values(total)])) console.log(line);
  return total.unknown + total.unreadable > 0 ? 1 : 0;
}

async function* batchesOf(file, total) {
  let batch = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const record = parse(line);
    if (record === undefined) {
      total.unreadable += 1;
      continue;
    }
    batch.push(record);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

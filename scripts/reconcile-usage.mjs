/**
 * npm run usage:reconcile -- --file vendor-usage.jsonl [--url http://host:8000] [--api-key mm_…]: corrects the ledger by what a vendor
 * says its calls cost. One JSON object per line: attempt_id, cost_nano_usd, and usage with tokens by bucket if known.
 * Running it twice changes nothing the second time. Exit code 0: all lines are booked as the file says; 1: some are not, each
 * is named; 2: called wrongly.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SmokeClient } from './lib/smoke-client.mjs';
import { tableLines } from './lib/table.mjs';

/** So many are corrected within the deadline of a call, also by a busy database. */
const batchSize = 200;
const maxTries = 5;
const maxNamed = 20;
const usage =
  'usage: npm run usage:reconcile -- --file <vendor-usage.jsonl> [--url <http://host:port>] --api-key <key>';

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return error.code?.startsWith?.('ERR_PARSE_ARGS') ? 2 : 1;
});

async function main() {
  const { values: options } = parseArgs({
    options: {
      file: { type: 'string' },
      url: { type: 'string', default: process.env.MODELMUXER_URL ?? 'http://127.0.0.1:8000' },
      'api-key': { type: 'string', default: process.env.MODELMUXER_API_KEY },
    },
  });
  if (options.file === undefined || options['api-key'] === undefined) {
    console.error(usage);
    return 2;
  }
  const client = new SmokeClient(options.url, options['api-key']);
  const total = { calls: 0, corrected: 0, unchanged: 0, unknown: 0, unreadable: 0 };
  const problems = [];
  for await (const batch of batchesOf(options.file, total, problems)) {
    const { corrected, unchanged, unknown } = await send(client, batch);
    total.calls += batch.length;
    total.corrected += corrected;
    total.unchanged += unchanged;
    total.unknown += unknown.length;
    problems.push(...unknown.map((id) => `not in the ledger: ${id}`));
    console.log(`${total.calls} calls: ${total.corrected} corrected, ${total.unknown} unknown`);
  }
  for (const problem of problems.slice(0, maxNamed)) console.log(problem);
  if (problems.length > maxNamed) console.log(`and ${problems.length - maxNamed} more`);
  for (const line of tableLines([Object.keys(total), Object.values(total)])) console.log(line);
  return total.unknown + total.unreadable > 0 ? 1 : 0;
}

/** A service that is busy or restarting is asked again: what was corrected already stays as it is. */
async function send(client, batch) {
  for (let tries = 1; ; tries += 1) {
    const { status, headers, json, text } = await client.post('/v1/analytics/reconcile', {
      records: batch.map(({ record }) => record),
    });
    if (status === 200) return json;
    const [first, last] = [batch[0].line, batch.at(-1).line];
    const reason = json?.error?.message ?? text.slice(0, 200);
    if ((status !== 429 && status !== 503) || tries === maxTries)
      throw new Error(`Lines ${first} to ${last} were refused (${status}): ${reason}`);
    await wait(1_000 * Math.min(Number(headers.get('retry-after')) || 1, 30));
  }
}

async function* batchesOf(file, total, problems) {
  let batch = [];
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() === '') continue;
    const record = parse(text);
    if (record === undefined) {
      total.unreadable += 1;
      problems.push(`line ${line} is no JSON object with attempt_id and cost_nano_usd (a whole number)`);
      continue;
    }
    batch.push({ line, record });
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Only what the service takes; vendors' lists may have more columns. */
function parse(text) {
  let value;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { attempt_id, cost_nano_usd, usage: tokens } = value;
  const cost = Number.isSafeInteger(cost_nano_usd) ? String(cost_nano_usd) : cost_nano_usd;
  if (!/^att_[0-9a-z]{26}$/.test(attempt_id) || !/^\d{1,18}$/.test(cost)) return undefined;
  return { attempt_id, cost_nano_usd: cost, ...(tokens && { usage: tokens }) };
}

/**
 * npm run chaos:kill -- [--rounds 5] [--shape embedded|services] [--parallel 200] [--minutes 60] [--json]: kill -9 under
 * load, restart, and hold the ledger against what the vendor saw. Ends with a table, also when the minutes are over or it is
 * interrupted: then after the round under way. Exit code 0 when no call is lost and none is booked twice.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../../scripts/lib/install.mjs';
import { Installation } from '../../scripts/lib/installation.mjs';
import { queryLedger } from '../../scripts/lib/ledger.mjs';
import { onPackagedNode } from '../../scripts/lib/packaged-node.mjs';
import { tableLines } from '../../scripts/lib/table.mjs';
import { provideServices } from '../../scripts/lib/test-services.mjs';
import { compareBooks } from './compare-books.mjs';
import { killRound } from './kill-round.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    shape: { type: 'string', default: 'embedded' },
    parallel: { type: 'string', default: '200' },
    minutes: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const ledgerRows = `
  select attempt_id as "attemptId", cost_source as "costSource", status, cost_nano_usd::text as "costNanoUsd",
         held_nano_usd::text as "heldNanoUsd", (output_text + reasoning)::text as "outputTokens"
  from usage_record`;

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (interrupted = true));

await onPackagedNode(async () => {
  const { shape } = options;
  if (shape !== 'embedded' && shape !== 'services')
    throw new Error(`--shape is embedded or services, not ${shape}`);
  await ensureDependencies();
  await buildWhenStale();
  const services = shape === 'services' ? await provideServices() : undefined;
  const missing = [services?.postgres, services?.redis].find((service) => service?.failure !== undefined);
  if (missing !== undefined) throw new Error(missing.failure);
  const vendor = await startVendor();
  const installation = new Installation({ shape, services, vendorUrl: vendor.url });
  try {
    return report(await runRounds(installation, vendor));
  } finally {
    await installation.remove();
    vendor.stop();
    await services?.stop();
  }
});

/** The fake vendor of the test kit, as a process of its own; it remembers every call. */
async function startVendor() {
  const folder = join(root, 'test', 'support', 'fake-vendor');
  const args = ['--no-warnings', '--import', join(folder, 'ts-resolve.mjs'), join(folder, 'main.ts')];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { origin } = new URL(String(line).trim());
  return {
    url: origin,
    async calls() {
      const { calls } = await (await fetch(`${origin}/__calls`)).json();
      return calls.map(({ attemptId, billed }) => ({
        attemptId: attemptId ?? '',
        outputTokens: billed?.completion_tokens,
      }));
    },
    stop: () => child.kill(),
  };
}

async function runRounds(installation, vendor) {
  const startedAt = performance.now();
  const isOver = () => interrupted || performance.now() - startedAt > Number(options.minutes ?? 1e6) * 60_000;
  const rounds = [];
  const parallel = Number(options.parallel);
  let allowedWithoutCall = 0;
  for (let number = 1; number <= Number(options.rounds); number += 1) {
    if (installation.pids.api === undefined) await installation.start();
    const before = (await vendor.calls()).length;
    const round = await killRound(installation, { parallel, after: number % 2 === 1 ? 'answer' : 'start' });
    allowedWithoutCall += round.inFlight;
    const books = compareBooks(await vendor.calls(), await queryLedger(installation, ledgerRows));
    const calls = (await vendor.calls()).length - before;
    const wrong = mistakes(books, allowedWithoutCall);
    rounds.push({ number, ...round, calls, books, wrong });
    progress(rounds.at(-1), Math.round((performance.now() - startedAt) / 1000));
    if (isOver()) break;
  }
  return rounds;
}

/** Everything that must not be, in words; counted over all rounds so far. */
function mistakes(books, allowedWithoutCall) {
  const found = [
    [books.anonymous, 'calls without an attempt id'],
    [books.repeatedCalls, 'calls with an attempt id seen before'],
    [books.lost.length, 'calls without a row'],
    [books.double.length, 'attempts with more than one row'],
    [books.withoutCallNotEstimated.length, 'rows without a call that are not marked estimated'],
    [
      Math.max(0, books.withoutCall.length - allowedWithoutCall),
      'more rows without a call than calls in flight',
    ],
    [books.overHold.length, 'estimates above their hold'],
    [books.wrongTokens.length, 'exact rows with other tokens than the vendor reported'],
  ];
  return found.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

function progress(round, seconds) {
  const { number, victims, killedAfterMs, inFlight, answered, calls, books, wrong, firstProblem } = round;
  if (options.json) return;
  console.log(
    `round ${number} of ${options.rounds}, ${seconds} s: kill -9 ${victims.join('+')} after ${killedAfterMs} ms, ${answered} answered, ${inFlight} in flight, ` +
      `${calls} vendor calls, lost ${books.lost.length}, double ${books.double.length}, without call ${books.withoutCall.length}` +
      `${wrong.length === 0 ? '' : ` WRONG: ${wrong.join('; ')}`}${firstProblem === undefined ? '' : ` (first refusal: ${firstProblem})`}`,
  );
}

function report(rounds) {
  const total = (pick) => rounds.reduce((sum, round) => sum + pick(round), 0);
  const { books, wrong } = rounds.at(-1);
  const summary = {
    shape: options.shape,
    rounds: rounds.length,
    calls: total((round) => round.calls),
    answered: total((round) => round.answered),
    inFlight: total((round) => round.inFlight),
    lost: books.lost.length,
    double: books.double.length,
    withoutCall: books.withoutCall.length,
    wrong,
  };
  if (options.json) console.log(JSON.stringify(summary));
  else printSummary(summary);
  // A run in which the kill never hit anything, or no call went through, proves nothing.
  const proves = summary.calls > 0 && summary.inFlight > 0;
  if (!proves) console.error('Nothing was proved: no vendor call was made, or none was in flight at a kill.');
  return wrong.length === 0 && proves ? 0 : 1;
}

function printSummary(summary) {
  console.log('');
  const columns = ['shape', 'rounds', 'calls', 'answered', 'inFlight', 'lost', 'double', 'withoutCall'];
  for (const line of tableLines([columns, columns.map((column) => summary[column])])) console.log(line);
  console.log('');
  for (const problem of summary.wrong) console.log(`WRONG: ${problem}`);
  console.log(`lost ${summary.lost}, double ${summary.double}`);
}

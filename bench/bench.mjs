/**
 * npm run bench [-- --quick] [--cycles n] [--slice-ms n] [--variants direct,floor,services,embedded]: what ModelMuxer
 * costs, with everything on, against the bare floor and the direct call. All variants stay warm and take turns in
 * short slices in random order, so that a noisy machine disturbs all of them alike. Writes bench/results/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies } from '../scripts/lib/install.mjs';
import { queryLedger } from '../scripts/lib/ledger.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { provideServices } from '../scripts/lib/test-services.mjs';
import { cpuAim, summarize } from './lib/bench-report.mjs';
import { startHelper } from './lib/helper-process.mjs';
import { pinningNote, pinRunning } from './lib/pinning.mjs';
import { bodies } from './lib/requests.mjs';
import { runCycle, runSlice, scenarios } from './lib/slices.mjs';
import { median } from './lib/statistics.mjs';
import { startVariants, stopAll } from './lib/variants.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    cycles: { type: 'string' },
    'slice-ms': { type: 'string' },
    variants: { type: 'string', default: 'direct,floor,services,embedded' },
  },
});
const cycleCount = Number(options.cycles ?? (options.quick ? 3 : 10));
const sliceMs = Number(options['slice-ms'] ?? (options.quick ? 500 : 1_500));
const warmRequests = options.quick ? 1_500 : 8_000;
const names = options.variants.split(',');
const results = join(import.meta.dirname, 'results');

await onPackagedNode(async () => {
  await ensureDependencies();
  if (names.some((name) => name === 'services' || name === 'embedded')) await buildWhenStale();
  pinRunning('rest', process.pid);
  const services = names.includes('services') ? await provideServices() : undefined;
  const stops = [() => services?.stop()];
  try {
    for (const service of [services?.postgres, services?.redis]) {
      if (service?.failure !== undefined) throw new Error(service.failure);
    }
    const simulator = await startHelper('simulator.mjs', { role: 'rest' });
    stops.push(() => simulator.stop());
    const load = await startHelper('load.mjs', { role: 'rest' });
    stops.push(() => load.stop());
    const variants = await startVariants(names, `http://127.0.0.1:${simulator.first.port}`, services);
    stops.push(() => stopAll(variants));
    return await measure(load, variants, services);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
});

async function measure(load, variants, services) {
  const startedAt = Date.now();
  const sent = new Map(variants.map((variant) => [variant, 0]));
  await warmUp(load, variants, sent);
  const cycles = [];
  for (let number = 1; number <= cycleCount; number += 1) {
    const cycle = await runCycle(load, variants, sliceMs, (_scenario, variant, result) => {
      sent.set(variant, sent.get(variant) + result.requests);
      if (result.errors > 0)
        console.log(`  ${variant.label}: ${result.errors} errors, first: ${result.firstError}`);
    });
    cycles.push(cycle);
    progress(number, cycle, variants);
  }
  const { figures, lines, chart } = summarize(cycles, variants);
  const booked = await bookedLines(variants, sent);
  const head = [
    `${cycleCount} cycles of ${scenarios.length * variants.length} slices, ${((Date.now() - startedAt) / 1_000).toFixed(0)} s; ${cpus().length} x ${cpus()[0].model}, Node ${process.versions.node}`,
    `${pinningNote}; PostgreSQL ${services?.postgres.version ?? '-'} (test settings, no fsync), Redis ${services?.redis.version ?? '-'}`,
    'On in ModelMuxer: authentication, routing, default policy, budget hold, settling, usage records; nothing is switched off.',
    'CPU is user + system time of the whole process, deferred work included; ModelMuxer answers carry router_metadata.',
    '',
  ];
  return finish([...head, ...lines, '', ...booked], { figures, cycles }, chart);
}

/** Cold code is several times slower; a variant is warm after so many requests, or after the time it is given. */
async function warmUp(load, variants, sent) {
  const [streamed] = scenarios.filter(({ body }) => body === bodies.stream);
  for (const variant of variants) {
    for (const scenario of [scenarios[0], streamed]) {
      const deadline = performance.now() + (options.quick ? 3_000 : 15_000);
      let perSecond;
      for (let answered = 0; answered < warmRequests && performance.now() < deadline;) {
        const result = await runSlice(load, variant, scenario, 700);
        if (result.errors > 0) throw new Error(`${variant.label} fails: ${result.firstError}`);
        sent.set(variant, sent.get(variant) + result.requests);
        answered += result.requests;
        perSecond = result.perSecond;
      }
      console.log(`warm  ${variant.label}, ${scenario.name}: ${perSecond.toFixed(0)} req/s`);
    }
  }
}

function progress(number, cycle, variants) {
  const seen = variants.map(({ name }) => {
    const { perSecond, cpuUs } = cycle['json-32'][name];
    return `${name} ${perSecond.toFixed(0)}/s${cpuUs.api === undefined ? '' : ` ${cpuUs.api.toFixed(0)} us`}`;
  });
  console.log(`cycle ${number}/${cycleCount}: ${seen.join(', ')}`);
}

/** Proves that nothing was left out: every request sent is a row of the ledger. */
async function bookedLines(variants, sent) {
  const lines = [];
  for (const variant of variants.filter(({ installation }) => installation !== undefined)) {
    const [{ count }] = await queryLedger(
      variant.installation,
      'select count(*)::int as count from usage_record',
    );
    const ok = count === sent.get(variant);
    lines.push(
      `${variant.label}: ${count} ledger rows for ${sent.get(variant)} requests${ok ? '' : ' DIFFERENT'}`,
    );
  }
  return lines;
}

function finish(lines, data, chart) {
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'bench.txt'), `${lines.join('\n')}\n`);
  writeFileSync(join(results, 'bench.json'), `${JSON.stringify(data, undefined, 1)}\n`);
  writeFileSync(join(results, 'bench.svg'), chart);
  console.log(`\n${lines.join('\n')}\n`);
  for (const name of ['services', 'embedded']) {
    const ratio = median(data.figures[name]?.cpuVsFloor ?? []);
    if (ratio !== undefined)
      console.log(
        `${name}: ${ratio.toFixed(2)} x the CPU of the floor, aim at most ${cpuAim}: ${ratio <= cpuAim ? 'met' : 'MISSED'}`,
      );
  }
  console.log('written: bench/results/bench.txt, bench.json, bench.svg');
  return lines.some((line) => line.endsWith('DIFFERENT')) ? 1 : 0;
}

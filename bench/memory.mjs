/**
 * npm run bench:memory [-- --requests 50000] [--shapes embedded,services]: does memory stay flat? Sends requests (four
 * JSON to one stream) to one API process and compares its heap after a forced garbage collection at the beginning (a
 * tenth of the requests) and at the end. Writes bench/results/memory.*; exit code 1 when a heap grew by over 10 %.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies } from '../scripts/lib/install.mjs';
import { Installation } from '../scripts/lib/installation.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';
import { provideServices } from '../scripts/lib/test-services.mjs';
import { openHeapInspector } from './lib/heap-inspector.mjs';
import { startHelper } from './lib/helper-process.mjs';
import { residentMb, untilIdle } from './lib/process-meter.mjs';
import { bodies } from './lib/requests.mjs';
import { lineChart } from './lib/svg-chart.mjs';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    shapes: { type: 'string', default: 'embedded,services' },
  },
});
const steps = 10;
const stepSize = Math.ceil(Number(options.requests) / steps);
const growthLimit = 1.1;
const connections = 32;
const shapes = options.shapes.split(',');

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const services = shapes.includes('services') ? await provideServices() : undefined;
  const simulator = await startHelper('simulator.mjs', { role: 'rest' });
  const load = await startHelper('load.mjs', { role: 'rest' });
  try {
    const curves = [];
    for (const shape of shapes) curves.push(...(await measureShape(shape, services, { simulator, load })));
    return report(curves);
  } finally {
    load.stop();
    simulator.stop();
    await services?.stop();
  }
});

async function measureShape(shape, services, { simulator, load }) {
  const vendorUrl = `http://127.0.0.1:${simulator.first.port}`;
  const installation = new Installation({
    shape,
    services,
    vendorUrl,
    nodeOptions: ['--inspect=127.0.0.1:0'],
  });
  try {
    await installation.start();
    const curves = await Promise.all(
      Object.entries(installation.pids).map(async ([role, pid]) => {
        const inspector = await openHeapInspector(() => installation.logOf(role));
        return { shape, role, pid, inspector, heap: [], resident: [[0, residentMb(pid)]] };
      }),
    );
    for (let step = 1; step <= steps; step += 1) await runStep(installation, load, { step, curves });
    for (const { inspector } of curves) inspector.close();
    return curves;
  } finally {
    await installation.remove();
  }
}

async function runStep(installation, load, { step, curves }) {
  const sendAll = async (body, requests) => {
    const answer = await load.ask({
      url: `${installation.url}/v1/chat/completions`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${installation.apiKey}` },
      body,
      connections,
      requests,
      durationMs: 1_200_000,
    });
    if (answer.errors > 0)
      throw new Error(`${answer.errors} requests failed, the first with ${answer.firstError}`);
  };
  const streams = Math.floor(stepSize / 5);
  await sendAll(bodies.json, stepSize - streams);
  for (const curve of curves) curve.resident.push([(step - 0.2) * stepSize, residentMb(curve.pid)]);
  await sendAll(bodies.stream, streams);
  await untilIdle(
    curves.map(({ pid }) => pid),
    120_000,
  );
  for (const curve of curves) {
    curve.resident.push([step * stepSize, residentMb(curve.pid)]);
    curve.heap.push([step * stepSize, await curve.inspector.heapAfterGcMb()]);
    const [[, heap], [, resident]] = [curve.heap.at(-1), curve.resident.at(-1)];
    console.log(
      `${curve.shape} ${curve.role}: ${step * stepSize} requests, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(0)} MB`,
    );
  }
}

function report(curves) {
  const rows = curves.map(({ shape, role, heap, resident }) => {
    const [first, last] = [heap[0][1], heap.at(-1)[1]];
    const at = (requests) => resident.find(([count]) => count === requests)[1].toFixed(0);
    const peak = Math.max(...resident.map(([, mb]) => mb)).toFixed(0);
    const growth = last / first;
    const verdict = growth <= growthLimit ? 'ok' : 'GROWS';
    const percent = `${((growth - 1) * 100).toFixed(1)} %`;
    return [
      shape,
      role,
      first.toFixed(1),
      last.toFixed(1),
      percent,
      verdict,
      at(stepSize),
      at(steps * stepSize),
      peak,
    ];
  });
  const [early, late] = [stepSize, steps * stepSize].map((count) => count.toLocaleString('en'));
  const head = [
    'shape',
    'process',
    `heap MB at ${early}`,
    `at ${late}`,
    'growth',
    'within 10 %',
    `RSS MB at ${early}`,
    `at ${late}`,
    'peak',
  ];
  const lines = tableLines([head, ...rows]);
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'memory.txt'), `${lines.join('\n')}\n`);
  const series = curves.flatMap(({ shape, role, heap, resident }) => [
    { label: `${shape} ${role}: resident`, points: resident },
    { label: `${shape} ${role}: heap after GC`, points: heap },
  ]);
  writeFileSync(
    join(folder, 'memory.svg'),
    lineChart('Memory over requests', { xLabel: 'requests', yLabel: 'MB', series }),
  );
  console.log(`\n${lines.join('\n')}\n\nwritten: bench/results/memory.txt, memory.svg`);
  return rows.every((row) => row.includes('ok')) ? 0 : 1;
}

/** npm run check [-- step ...]: every static check, two at a time; one line per step, then a table. */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { findNode, ensureDependencies, root, toolEnvironment } from './lib/install.mjs';
import { run } from './lib/processes.mjs';
import { tableLines } from './lib/table.mjs';

const sources = ['src', 'test', 'bench', 'scripts', 'ormconfig.ts'].filter((name) =>
  existsSync(join(root, name)),
);

/** Longest first, so that the short ones fill the gaps. */
const steps = [
  { name: 'eslint', command: 'eslint . --max-warnings=0' },
  { name: 'types', command: 'tsc --noEmit -p tsconfig.json --incremental false' },
  { name: 'generated files', command: 'node scripts/generate.mjs --check' },
  { name: 'format', command: 'prettier --check --log-level=warn .' },
  {
    name: 'dependency rules',
    command: `depcruise ${sources.join(' ')} --output-type err-long`,
  },
  { name: 'dead code', command: 'knip --no-progress --no-config-hints' },
  { name: 'file names', command: 'node scripts/check-file-names.mjs' },
  { name: 'documentation', command: 'node scripts/check-docs.mjs' },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}.`);
  process.exit(2);
}

await ensureDependencies();
findNode();
const results = await runAll(steps.filter((step) => wanted.length === 0 || wanted.includes(step.name)));
const failed = results.filter((result) => result.code !== 0);
console.log('');
for (const line of tableLines([
  ['check', 'result', 'seconds'],
  ...results.map((result) => [result.name, result.code === 0 ? 'ok' : 'FAILED', result.seconds]),
])) {
  console.log(line);
}
console.log('');
console.log(
  failed.length === 0
    ? `all ${results.length} checks passed`
    : `${failed.length} of ${results.length} checks failed`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function runAll(queue) {
  const waiting = [...queue];
  const done = [];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      done.push(await runStep(step));
  };
  await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, lane));
  return queue.map((step) => done.find((result) => result.name === step.name));
}

async function runStep({ name, command }) {
  const startedAt = Date.now();
  const { code, output } = await run('/bin/sh', ['-c', command], {
    cwd: root,
    env: toolEnvironment({ NO_COLOR: '1' }),
  });
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output.replace(/^/gm, '    '));
  return { name, code, seconds };
}

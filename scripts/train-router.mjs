/**
 * npm run train:router -- --data rows.jsonl --out router.json [--built-in]: learns which model answers which prompt well
 * from JSON lines `{id, prompt, source?, task?, models: {name: {score 0..1}}}` and writes a router artefact. `--built-in` learns
 * what holds for any model instead and writes a TypeScript module; that is how the shipped weights are made.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { routingModules } from './lib/routing/built-modules.mjs';
import { readOptions, required } from './lib/routing/options.mjs';
import { tableLines } from './lib/table.mjs';

await onPackagedNode(async () => {
  const options = readOptions(process.argv.slice(2), { values: ['data', 'out'], flags: ['built-in'] });
  const [data, out] = [required(options, 'data'), required(options, 'out')];
  await ensureDependencies();
  await buildWhenStale();
  const modules = routingModules();
  const labelled = modules.readLabelledRows(readFileSync(data, 'utf8'));
  const rows = modules.toTrainingRows(labelled);
  if (rows.length === 0) throw new Error(`${data} has no row with a score`);
  console.log(`Training on ${rows.length} of ${labelled.length} rows.`);
  const startedAt = Date.now();
  const weights = options['built-in']
    ? modules.trainBuiltIn(rows)
    : modules.trainRouter(rows, modules.builtInRouter().weights);
  const sources = [...new Set(labelled.map(({ source }) => source).filter((source) => source !== ''))].sort();
  const artefact = modules.toRouterArtefact(weights, { rows: rows.length, sources });
  const json = JSON.stringify(artefact);
  modules.parseRouterArtefact(json);
  writeFileSync(out, options['built-in'] ? toModule(json) : `${json}\n`);
  const table = [
    ['rows', rows.length],
    ['models', weights.models.size],
    ['families', weights.families.length],
    ['fingerprint', artefact.fingerprint],
    ['size', `${(json.length / 1024).toFixed(0)} kB`],
    ['training', `${((Date.now() - startedAt) / 1000).toFixed(1)} s`],
  ];
  console.log(`\n${tableLines([['written', out], ...table]).join('\n')}`);
  return 0;
});

function toModule(json) {
  return `/** Written by \`npm run train:router -- --built-in\`; sources and licences are in docs/routing-evaluation.md. */
export const BUILT_IN_WEIGHTS =
  '${json}';
`;
}

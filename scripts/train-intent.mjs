/**
 * npm run train:intent -- --data rows.jsonl [--data more.jsonl] [--lookalikes benign.jsonl] [--out FILE]: adapts the base
 * model to labelled rows, calibrates it and writes the model that the gateway loads. With --as-base the rows make a new
 * base instead. Rows: {text, label, has_image?, source?}; look-alikes: rows with label "benign" that are not safety_risk.
 */
import { writeFileSync } from 'node:fs';
import { readOptions } from './lib/intent/arguments.mjs';
import { baseFile, modelFile, readBase, readRehearsal, toModelFile } from './lib/intent/base-model.mjs';
import { trainCalibrated } from './lib/intent/calibrate.mjs';
import { RowReader, readRows } from './lib/intent/rows.mjs';
import { trainBase } from './lib/intent/trainer.mjs';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { tableLines } from './lib/table.mjs';

await onPackagedNode(async () => {
  const options = readOptions(process.argv.slice(2), {
    values: ['data', 'lookalikes', 'out'],
    flags: ['as-base'],
  });
  if (options.data.length === 0) throw new Error('give the rows: --data FILE');
  await ensureDependencies();
  await buildWhenStale();
  const reader = new RowReader();
  const samples = reader.samples(options.data.flatMap(readRows)).filter(({ label }) => label >= 0);
  const lookalikes = reader.samples(
    options.lookalikes.flatMap(readRows).filter(({ label }) => label === 'benign'),
  );
  console.log(`${samples.length} labelled rows, ${lookalikes.length} look-alikes`);
  const trained = options['as-base'] ? newBase(samples) : adapted(reader, samples, lookalikes);
  const out = options.out[0] ?? (options['as-base'] ? baseFile : modelFile);
  const content = toModelFile(trained, reader.embedder.version);
  writeFileSync(out, content);
  report(out, content, trained);
  return 0;
});

function newBase(samples) {
  const weights = trainBase(samples, (epoch, epochs, loss) =>
    console.log(`epoch ${epoch} of ${epochs}, loss ${loss.toFixed(4)}`),
  );
  return { weights, temperature: 1, safetyThreshold: 0.5 };
}

function adapted(reader, samples, lookalikes) {
  console.log('adapting and calibrating');
  return trainCalibrated(readBase(reader.embedder.version), samples, {
    lookalikes,
    rehearsal: readRehearsal(reader),
  });
}

function report(out, content, { temperature, safetyThreshold }) {
  for (const line of tableLines([
    ['file', 'bytes', 'temperature', 'safety threshold'],
    [out, content.length, temperature, safetyThreshold],
  ]))
    console.log(line);
}

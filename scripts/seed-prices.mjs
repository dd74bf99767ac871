/**
 * npm run prices [-- --date YYYY-MM-DD] [--new] [--write]: compares our prices with the pinned list of genai-prices (MIT,
 * effective-dated) and prints every disagreement; exit code 1 when a price differs. `--write` takes the prices of our models
 * over into src/catalog/models/listed-prices.json, which is reviewed and committed; `--new` also prints the models of the list
 * that we do not have yet. `--service-tiers <price file> <LICENSE file>` takes the prices of flex and priority service over from
 * LiteLLM's package (`model_prices_and_context_window_backup.json`, MIT) into service-tiers.json beside it. Offline.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies, root } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { listedRows } from './lib/listed-rows.mjs';
import { disagreements, listedPrices, newRows } from './lib/price-comparison.mjs';
import { serviceTierRow } from './lib/service-tier-rows.mjs';
import { tableLines } from './lib/table.mjs';

const options = process.argv.slice(2);
const dateIndex = options.indexOf('--date');
const date = dateIndex < 0 ? new Date().toISOString().slice(0, 10) : options[dateIndex + 1];
const at = new Date(`${date}T12:00:00Z`);
const listFile = join(root, 'src/catalog/models/listed-prices.json');
const tiersFile = join(root, 'src/catalog/models/service-tiers.json');
const tiersIndex = options.indexOf('--service-tiers');
/** Stands where a unit stands for models that only we know: no dispute. */
const WHOLE_MODEL = 'whole model';
let list;

await onPackagedNode(async () => {
  if (Number.isNaN(at.getTime())) throw new Error(`not a date: ${date}`);
  await ensureDependencies();
  // Only now: on a fresh clone the package is not there before.
  list = await import('@pydantic/genai-prices');
  await buildWhenStale();
  const requireHere = createRequire(import.meta.url);
  const built = (path) => requireHere(join(root, 'dist', 'src', path));
  const { KNOWN_MODELS } = built('catalog/known-models.js');
  const { priceRowAt } = built('catalog/price-book.js');
  const ours = KNOWN_MODELS.filter((card) => card.demo !== true);
  if (options.includes('--write')) return write(ours);
  if (tiersIndex >= 0) return writeServiceTiers(ours, options.slice(tiersIndex + 1));
  const disputed = report(ours, (card) => priceRowAt(card, at.getTime()));
  if (options.includes('--new')) printNew(ours);
  return disputed ? 1 : 0;
});

function theirs(provider, model) {
  const found = list.calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
    providerId: provider,
    timestamp: at,
  });
  return found && { prices: listedPrices(found.model_price), model: found.model };
}

/** The list is data of others under the MIT licence: its notice travels with it. */
function write(cards) {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/@pydantic/genai-prices/package.json'), 'utf8'),
  );
  const licence = readFileSync(join(root, 'node_modules/@pydantic/genai-prices/LICENSE'), 'utf8').trim();
  const models = {};
  for (const card of cards) {
    const rows = theirs(card.provider, card.model)?.model;
    const found = rows && listedRows(rows, card.kind === 'embedding');
    if (found) models[`${card.provider}/${card.model}`] = found;
  }
  writeFileSync(
    listFile,
    `${JSON.stringify({ source: `genai-prices ${version}`, licence, models }, null, 2)}\n`,
  );
  console.log(
    `${Object.keys(models).length} of ${cards.length} models have listed prices now. Build, run npm run prices and the tests, review the difference.`,
  );
  return 0;
}

/** Data of others under the MIT licence, too. */
function writeServiceTiers(cards, [path, licencePath]) {
  if (!path || !licencePath) throw new Error('--service-tiers wants a price file of LiteLLM and its LICENSE');
  const file = JSON.parse(readFileSync(path, 'utf8'));
  const licence = readFileSync(licencePath, 'utf8').split('---').at(-1).trim();
  const rows = cards.map((card) => [`${card.provider}/${card.model}`, serviceTierRow(file, card)]);
  const models = Object.fromEntries(rows.filter(([, row]) => row !== undefined));
  const source = `price file of LiteLLM, taken over on ${date}`;
  writeFileSync(tiersFile, `${JSON.stringify({ source, licence, models }, null, 2)}\n`);
  console.log(
    `${Object.keys(models).length} of ${cards.length} models have prices for service tiers now. Build, run the tests, review the difference.`,
  );
  return 0;
}

function report(cards, rowOf) {
  const rows = cards.flatMap((card) => {
    const listed = theirs(card.provider, card.model);
    const name = `${card.provider}/${card.model}`;
    if (!listed) return [[name, WHOLE_MODEL, 'listed', 'unknown']];
    return disagreements(rowOf(card), listed.prices)
      .filter(({ unit }) => isSold(card, unit))
      .map((one) => [name, one.unit, one.ours, one.theirs]);
  });
  console.log(`Our prices against genai-prices on ${date}, USD per million tokens: ${cards.length} models\n`);
  for (const line of tableLines([['model', 'unit', 'ours', 'theirs'], ...rows])) console.log(line);
  const models = new Set(rows.map(([name]) => name)).size;
  console.log(`\n${cards.length - models} of ${cards.length} models agree in every unit`);
  return rows.some(([, unit]) => unit !== WHOLE_MODEL);
}

/** Vectors are no tokens: what a list says of their price means nothing. */
function isSold(card, unit) {
  return card.kind !== 'embedding' || unit !== 'outputText';
}

function printNew(cards) {
  for (const provider of new Set(cards.map((card) => card.provider))) {
    const known = new Set(
      cards.filter((card) => card.provider === provider).flatMap((card) => [card.model, ...card.aliases]),
    );
    const models = list.findProvider({ providerId: provider })?.models ?? [];
    for (const line of newRows(
      provider,
      models.filter((model) => !known.has(model.id) && !model.deprecated),
      theirs,
    ))
      console.log(line);
  }
}

/**
 * npm run bench:routing [-- --rounds n]: how long one routing decision takes, in one process on the built product: features,
 * intent and the plan of an engine over 40 candidates for a prompt of 2 kB, beside an empty decision (the same call over no candidate) in
 * the same run, in turns. Then how the time grows with the prompt, up to 1 MB.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../scripts/lib/install.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';
import { quantile } from './lib/statistics.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const rounds = Number(options.rounds);
const PER_ROUND = 100;
const CANDIDATES = 40;
const AIM_MS = 0.3;
const LENGTHS = [200, 2_000, 20_000, 200_000, 1_000_000];

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  return measure();
});

function measure() {
  const { router, offers, request, decide } = prepare();
  const engines = router.strategyNames();
  const cases = [
    ['empty decision', () => decide('hybrid', request(2_000), [])],
    ...engines.map((name) => [name, () => decide(name, request(2_000), offers)]),
  ];
  const times = runInTurns(cases);
  const rows = cases.map(([name], i) => [name, ...summary(times[i])]);
  console.log(
    `\nOne decision, ${CANDIDATES} candidates, prompt of 2 kB (${rounds * PER_ROUND} each, in turns)\n`,
  );
  show([['decision', 'p50 ms', 'p95 ms', 'p99 ms'], ...rows]);
  const lengths = LENGTHS.map((length) => [`${length}`, request(length)]);
  const byLength = runInTurns(lengths.map(([, prompt]) => ['', () => decide('hybrid', prompt, offers)]));
  console.log('\nHybrid by length of the prompt in characters\n');
  show([
    ['characters', 'p50 ms', 'p95 ms', 'p99 ms'],
    ...lengths.map(([name], i) => [name, ...summary(byLength[i])]),
  ]);
  const hybrid = quantile(times[1 + engines.indexOf('hybrid')], 0.5);
  const isMet = hybrid < AIM_MS;
  console.log(`\nhybrid p50 ${hybrid.toFixed(3)} ms, aim below ${AIM_MS} ms: ${isMet ? 'met' : 'MISSED'}`);
  return isMet ? 0 : 1;
}

/** Rounds of all cases one after the other, so that a noisy moment hits all of them; the first rounds warm up and do not count. */
function runInTurns(cases) {
  const times = cases.map(() => []);
  for (let round = -5; round < rounds; round += 1) {
    for (const [i, [, run]] of cases.entries()) {
      for (let n = 0; n < PER_ROUND; n += 1) {
        const startedAt = performance.now();
        run();
        if (round >= 0) times[i].push(performance.now() - startedAt);
      }
    }
  }
  return times;
}

function show(rows) {
  for (const line of tableLines(rows)) console.log(line);
}

function summary(times) {
  return [0.5, 0.95, 0.99].map((share) => quantile(times, share).toFixed(3));
}

function prepare() {
  const requireHere = createRequire(import.meta.url);
  const built = (path) => requireHere(join(root, 'dist', 'src', `${path}.js`));
  const { loadConfig } = built('platform/config/load-config');
  const { RoutingConfig } = built('routing/routing.config');
  const { RouterService } = built('routing/router.service');
  const { IntentClassifier } = built('routing/intent/intent-classifier');
  const { StaticEmbedder } = built('platform/embedding/static/static-embedder');
  const { routingStrategies } = built('routing/strategies/index');
  const { CatalogView } = built('routing/catalog-view');
  const { ModelCatalog } = built('catalog/model-catalog');
  const { KNOWN_MODELS } = built('catalog/known-models');
  const catalog = new ModelCatalog(KNOWN_MODELS);
  const view = new CatalogView(catalog);
  const { SemanticSpace } = built('routing/semantic/semantic-space');
  const { QualityForecast } = built('routing/quality-forecast');
  const embedder = new StaticEmbedder();
  const config = loadConfig([RoutingConfig], {}).get(RoutingConfig);
  const router = new RouterService(
    config,
    routingStrategies.map((Strategy) => new Strategy()),
    new IntentClassifier(config, embedder),
    new QualityForecast(
      new SemanticSpace(embedder, embedder, { kind: 'static', timeoutMs: 150 }, { routerEmbedding() {} }),
    ),
  );
  const cards = catalog
    .list()
    .filter(({ kind }) => kind === 'chat')
    .slice(0, CANDIDATES);
  const offers = cards.map((card, i) => ({
    card,
    region: card.regions[0],
    hasApiKey: true,
    breaker: 'closed',
    health: i % 9 === 0 ? 0.9 : 1,
    latencyMs: 300 + i * 17,
    cost: { expected: 100_000n + BigInt(i) * 90_000n, worstCase: 9_000_000n },
  }));
  return {
    router,
    offers,
    request: requestOf,
    decide: (engine, request, made) => decideOnce(router, view, { engine, request, offers: made }),
  };
}

function decideOnce(router, catalog, { engine, request, offers }) {
  return router.decide({
    decisionId: 'dec_bench',
    request,
    analysis: router.analyze(request),
    preference: router.preferenceOf(engine),
    offers,
    catalog,
    modelRules: [],
    regionRules: [],
    region: undefined,
    remainingBudget: undefined,
    expectedOutputTokens: 400,
    today: '2026-11-30',
    seed: 1,
  });
}

function requestOf(length) {
  const sentence = 'Explain how the tides follow the moon, and compare spring with neap tides. ';
  const text = sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
  return {
    dialect: 'openai-chat',
    model: undefined,
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    sampling: {},
    choiceCount: 1,
    stream: false,
    includeUsage: false,
    extensions: {},
  };
}

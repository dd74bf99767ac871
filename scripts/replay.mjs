/**
 * npm run replay -- --policy candidate.yaml --log decisions.jsonl: judges another routing policy on logged decisions. The
 * log has lines `{record, outcome}`: a decision record and how good the answer was, 0 to 1; the records must belong to the catalogue
 * of this build. Prints SNIPS and doubly robust estimates with 95 % intervals beside the logged policy and the fixed
 * baselines, and a verdict, which is refused where the log does not overlap with what the candidate does.
 */
import { readFileSync } from 'node:fs';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { routingModules } from './lib/routing/built-modules.mjs';
import { readOptions, required } from './lib/routing/options.mjs';
import { tableLines } from './lib/table.mjs';

const NANO = 1e9;

await onPackagedNode(async () => {
  const options = readOptions(process.argv.slice(2), { values: ['policy', 'log'] });
  const [policyFile, logFile] = [required(options, 'policy'), required(options, 'log')];
  await ensureDependencies();
  await buildWhenStale();
  const modules = routingModules();
  const strategies = modules.routingStrategies.map((Strategy) => new Strategy());
  const policy = modules.readCandidatePolicy(readFileSync(policyFile, 'utf8'));
  const log = modules.readDecisionLog(readFileSync(logFile, 'utf8'));
  const catalog = new modules.CatalogView(new modules.ModelCatalog(modules.KNOWN_MODELS));
  const versions = {
    catalogOf: (version) => (version === catalog.version ? catalog : undefined),
    // Weights of their own in the policy make those of the log irrelevant.
    profileOf: (version) =>
      policy.profile !== undefined || version === modules.fingerprintOf(modules.DEFAULT_PROFILE)
        ? modules.DEFAULT_PROFILE
        : undefined,
  };
  const rules = { [`candidate (${policyFile})`]: modules.ruleOf(policy, strategies), ...modules.FIXED_RULES };
  const replays = Object.entries(rules).map(([name, rule]) => ({
    name,
    ...modules.replayPolicy(log, rule, versions),
  }));
  print(replays, log.length, modules);
  return 0;
});

function print(replays, count, modules) {
  const { estimateLogged, estimateSnips, estimateDoublyRobust, overlapOf, judgeReplay } = modules;
  const [candidate] = replays;
  console.log(`\n${count} logged decisions, ${candidate.skipped} of them not replayable\n`);
  const usd = (nano) => ((nano * 1000) / NANO).toFixed(4);
  const rows = replays.map(({ name, samples, candidateCost }) => {
    const { effectiveSampleSize, unsupportedShare } = overlapOf(samples);
    return [
      name,
      withInterval(estimateSnips(samples)),
      withInterval(estimateDoublyRobust(samples)),
      usd(candidateCost),
      effectiveSampleSize.toFixed(0),
      `${(unsupportedShare * 100).toFixed(1)} %`,
      judgeReplay(samples).kind,
    ];
  });
  const logged = withInterval(estimateLogged(candidate.samples));
  const head = [
    'policy',
    'SNIPS',
    'doubly robust',
    'USD per 1,000',
    'effective size',
    'unsupported',
    'verdict',
  ];
  console.log(
    tableLines([
      head,
      [
        'as logged',
        logged,
        logged,
        usd(candidate.loggedCost),
        String(candidate.samples.length),
        '0.0 %',
        '-',
      ],
      ...rows,
    ]).join('\n'),
  );
  const verdict = judgeReplay(candidate.samples);
  console.log(
    verdict.kind === 'refused'
      ? `\nNo verdict: ${verdict.because}.`
      : `\nThe candidate is ${verdict.kind}: difference ${withInterval(verdict.difference)}.`,
  );
}

function withInterval({ value, low, high }) {
  return Number.isFinite(low) ? `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]` : '-';
}

/**
 * Who may import whom: docs/architecture in code. A module folder may import every level below its own and nothing above;
 * the peers are strangers to each other.
 */
const levels = [
  ['common'],
  ['llm'],
  ['platform'],
  ['telemetry', 'access'],
  ['tenancy', 'catalog', 'quota'],
  ['auth', 'providers', 'policy', 'routing', 'cost', 'cache', 'audit'],
  ['analytics', 'decisions'],
  ['gateway', 'health'],
];
const peers = levels[5];

const folders = (names) => `^src/(${names.join('|')})/`;
const rootFiles = '^src/[^/]+\\.ts$';

/** One rule per level: its files import no level above it and no root file. */
const layerRules = levels.flatMap((names, index) => {
  const above = levels.slice(index + 1).flat();
  const to = above.length === 0 ? rootFiles : `${folders(above)}|${rootFiles}`;
  return [
    {
      name: `layer-${names.join('-')}`,
      comment: `${names.join(', ')} may import lower layers only.`,
      severity: 'error',
      from: { path: folders(names) },
      to: { path: to },
    },
  ];
});

/** Peers meet through values passed by the gateway, contracts in llm/, and queue jobs; never by import. */
const peerRules = peers.map((name) => ({
  name: `peer-${name}`,
  comment: `${name} does not know its peers: pass a value, declare a contract in llm/, or send a job.`,
  severity: 'error',
  from: { path: folders([name]) },
  to: { path: folders(peers.filter((other) => other !== name)) },
}));

const database = '^node_modules/(typeorm|@nestjs/typeorm|pg)/';
const webServer =
  '^node_modules/(express|@types/express|@types/express-serve-static-core|@nestjs/platform-express)/';

module.exports = {
  forbidden: [
    ...layerRules,
    ...peerRules,
    {
      name: 'analytics-reads-cost-only',
      comment: 'Of the peers, analytics may read cost.',
      severity: 'error',
      from: { path: '^src/analytics/' },
      to: { path: folders(peers.filter((name) => name !== 'cost')) },
    },
    {
      name: 'known-folders-only',
      comment: 'A new top folder needs a place in the level list of .dependency-cruiser.cjs.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: folders(levels.flat()) },
    },
    {
      name: 'unknown-folders-import-nothing',
      comment: 'A new top folder needs a place in the level list of .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: folders(levels.flat()) },
      to: {},
    },
    {
      name: 'adapters-are-private',
      comment: 'Vendors are reached through the adapter registry.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/providers/' },
      to: { path: '^src/providers/adapters/' },
    },
    {
      name: 'pure-parts',
      comment: 'routing, policy rules, cost arithmetic, llm and common know neither database nor web server.',
      severity: 'error',
      from: { path: '^src/(common|llm|routing|policy/rules|cost/arithmetic)/' },
      to: { path: `${database}|${webServer}` },
    },
    {
      name: 'vocabulary-without-framework',
      comment: 'llm is the vocabulary every part shares; it belongs to no framework.',
      severity: 'error',
      from: { path: '^src/llm/' },
      to: { path: '^node_modules/@nestjs/' },
    },
    {
      name: 'shipped-code-imports-no-tools',
      comment: 'Nothing under src imports test, bench or scripts; a unit spec may use the test kit.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'specs-use-the-test-kit-only',
      severity: 'error',
      from: { path: '^src/.*\\.spec\\.ts$' },
      to: { path: '^(bench|scripts|test/(?!support/))' },
    },
    {
      name: 'specs-are-imported-by-nobody',
      severity: 'error',
      from: {},
      to: { path: '\\.spec\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.(spec|d)\\.ts$|^src/(main|worker)\\.ts$' },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies-in-shipped-code',
      severity: 'error',
      // The exception runs TypeScript worker threads under jest and is not part of the build.
      from: { path: '^(src/|ormconfig\\.ts$)', pathNot: '\\.spec\\.ts$|typescript-worker\\.cjs$' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/@types/',
      },
    },
    {
      name: 'declared-packages-only',
      comment: 'A package that is used is declared in package.json.',
      severity: 'error',
      from: { path: '^(src|test|bench|scripts)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports count: knowing a shape is knowing the module.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.cache)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types', 'typings'],
    },
  },
};

/** `name.role.ts`: the role says what Nest, TypeORM or the test runner does with the file; plain types and functions have none. */
const roles = [
  'adapter',
  'check',
  'config',
  'contract',
  'controller',
  'decorator',
  'dto',
  'entity',
  'errors',
  'filter',
  'fixture',
  'guard',
  'health-check',
  'interceptor',
  'job',
  'middleware',
  'module',
  'pipe',
  'pipeline',
  'process',
  'processor',
  'properties',
  'query',
  'repository',
  'rule',
  'service',
  'strategy',
  'worker',
];

/** Names that say nothing about what is inside. */
const emptyNames = [
  'service',
  'types',
  'type',
  'utils',
  'util',
  'helpers',
  'helper',
  'globals',
  'constants',
  'misc',
];

/** The extension lists are the only files called index. */
const extensionLists = [
  'src/providers/adapters/index.ts',
  'src/routing/strategies/index.ts',
  'src/policy/rules/index.ts',
];

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What is wrong with the name of a TypeScript or JavaScript file, or undefined. `path` is relative to the repository, with slashes. */
export function fileNameProblem(path) {
  const folders = path.split('/');
  const file = folders.pop();
  const badFolder = folders.find((folder) => !kebab.test(folder) && folder !== '__fixtures__');
  if (badFolder !== undefined) return `folder "${badFolder}" is not kebab-case`;

  const [base, ...suffixes] = file.replace(/\.(d\.ts|ts|mts|cts|mjs|cjs|js)$/, '').split('.');
  if (!kebab.test(base)) return `"${base}" is not kebab-case`;
  if (base === 'index' && !extensionLists.includes(path))
    return 'no barrels: only the three extension lists are called index';
  if (suffixes.length === 0 && emptyNames.includes(base)) return `"${base}" says nothing about the content`;

  if (suffixes.at(-1) === 'spec') suffixes.pop();
  if (suffixes.length > 1) return 'has more than one role suffix';
  const [role] = suffixes;
  if (role !== undefined && !roles.includes(role))
    return `".${role}" is not a known role (${roles.join(', ')}, spec)`;
  return undefined;
}

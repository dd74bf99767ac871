import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const repository = join(__dirname, '..', '..');
const cruiser = join(repository, 'node_modules/.bin/depcruise');

/** importer, imported, the rule that must catch it */
const violations: readonly (readonly [string, string, string])[] = [
  ['src/common/a.ts', 'src/llm/target.ts', 'layer-common'],
  ['src/llm/a.ts', 'src/platform/target.ts', 'layer-llm'],
  ['src/platform/a.ts', 'src/access/target.ts', 'layer-platform'],
  ['src/telemetry/a.ts', 'src/tenancy/target.ts', 'layer-telemetry-access'],
  ['src/quota/a.ts', 'src/cost/target.ts', 'layer-tenancy-catalog-quota'],
  ['src/auth/a.ts', 'src/analytics/target.ts', 'layer-auth-providers-policy-routing-cost-cache-audit'],
  ['src/cost/b.ts', 'src/gateway/target.ts', 'layer-auth-providers-policy-routing-cost-cache-audit'],
  ['src/analytics/a.ts', 'src/gateway/target.ts', 'layer-analytics-decisions'],
  ['src/gateway/a.ts', 'src/app.module.ts', 'layer-gateway-health'],
  ['src/routing/a.ts', 'src/providers/target.ts', 'peer-routing'],
  ['src/cache/a.ts', 'src/audit/target.ts', 'peer-cache'],
  ['src/analytics/b.ts', 'src/auth/target.ts', 'analytics-reads-cost-only'],
  ['src/gateway/b.ts', 'src/providers/adapters/target.ts', 'adapters-are-private'],
  ['src/routing/b.ts', 'typeorm', 'pure-parts'],
  ['src/policy/rules/a.ts', 'express', 'pure-parts'],
  ['src/cost/arithmetic/a.ts', 'typeorm', 'pure-parts'],
  ['src/llm/b.ts', '@nestjs/common', 'vocabulary-without-framework'],
  ['src/gateway/c.ts', 'test/support/target.ts', 'shipped-code-imports-no-tools'],
  ['src/gateway/d.ts', 'bench/target.ts', 'shipped-code-imports-no-tools'],
  ['src/gateway/e.ts', 'scripts/target.ts', 'shipped-code-imports-no-tools'],
  ['src/cost/c.ts', 'src/misplaced/target.ts', 'known-folders-only'],
  ['src/misplaced/a.ts', 'src/common/target.ts', 'unknown-folders-import-nothing'],
  ['src/gateway/i.ts', 'undeclared', 'declared-packages-only'],
  ['src/gateway/j.ts', 'dev-only', 'no-dev-dependencies-in-shipped-code'],
];

const allowed: readonly (readonly [string, string])[] = [
  ['src/analytics/c.ts', 'src/cost/target.ts'],
  ['src/providers/registry.ts', 'src/providers/adapters/target.ts'],
  ['src/gateway/f.ts', 'src/routing/target.ts'],
  ['src/cost/ledger.ts', 'typeorm'],
  ['src/cost/d.spec.ts', 'test/support/target.ts'],
  ['src/access/a.ts', 'src/common/target.ts'],
  ['src/main.ts', 'src/app.module.ts'],
];

const cycle: readonly (readonly [string, string])[] = [
  ['src/gateway/g.ts', 'src/gateway/h.ts'],
  ['src/gateway/h.ts', 'src/gateway/g.ts'],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

describe('dependency rules', () => {
  let folder: string;
  let found: readonly Violation[];

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mm-rules-'));
    const dependencies = { typeorm: '1.0.0', express: '1.0.0', '@nestjs/common': '1.0.0' };
    write(
      'package.json',
      JSON.stringify({ name: 'sample', dependencies, devDependencies: { 'dev-only': '1.0.0' } }),
    );
    write('tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext' } }));
    for (const name of [...Object.keys(dependencies), 'dev-only', 'undeclared']) {
      write(
        `node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
      );
      write(`node_modules/${name}/index.js`, 'exports.target = 1;');
    }
    const cases = [...violations, ...allowed];
    const targets = new Set(cases.map(([, imported]) => imported).filter((path) => path.endsWith('.ts')));
    for (const path of targets) write(path, 'export const target = 1;\n');
    for (const [importer, imported] of [...cases, ...cycle]) write(importer, importLine(importer, imported));

    const roots = ['src', 'test', 'bench', 'scripts'];
    const config = join(repository, '.dependency-cruiser.cjs');
    const output = execFileSync(
      process.execPath,
      [cruiser, ...roots, '--config', config, '--output-type', 'json'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 16_000_000 },
    );
    found = (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
  }, 60_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const rulesBrokenBy = (path: string): string[] =>
    found.filter((violation) => violation.from === path).map((violation) => violation.rule.name);

  it.each(violations)('%s may not import %s (%s)', (importer, _imported, rule) => {
    expect(rulesBrokenBy(importer)).toContain(rule);
  });

  it.each(allowed)('%s may import %s', (importer) => {
    expect(rulesBrokenBy(importer)).toEqual([]);
  });

  it('refuses a cycle of two files, even of types', () => {
    expect(cycle.flatMap(([importer]) => rulesBrokenBy(importer))).toContain('no-cycles');
  });

  it('catches an import of types only', () => {
    expect(rulesBrokenBy('src/common/a.ts')).toEqual(['layer-common']);
  });
});

/** Type imports, because they are the ones that vanish from the compiled output. */
function importLine(importer: string, imported: string): string {
  const specifier = imported.endsWith('.ts')
    ? relative(dirname(importer), imported)
        .replace(/\.ts$/, '')
        .replace(/^(?!\.)/, './')
    : imported;
  const isPackage = !imported.endsWith('.ts');
  return isPackage
    ? `import { target } from '${specifier}';\nexport const used = target;\n`
    : `import type { target } from '${specifier}';\nexport type Used = typeof target;\n`;
}

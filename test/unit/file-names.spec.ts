import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const checker = join(__dirname, '..', '..', 'scripts/lib/file-names.mjs');

/** The checker is an ES module for plain Node, so it runs in a process of its own. */
function problemsOf(paths: readonly string[]): (string | null)[] {
  const program = `
    import { fileNameProblem } from ${JSON.stringify(checker)};
    console.log(JSON.stringify(${JSON.stringify(paths)}.map((path) => fileNameProblem(path) ?? null)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as (string | null)[];
}

describe('file name check', () => {
  it('accepts kebab-case names with a known role, with or without .spec, and the three extension lists', () => {
    const paths = [
      'src/main.ts',
      'src/cost/budget-hold.service.ts',
      'src/cost/budget-hold.service.spec.ts',
      'src/platform/database/migrations/1700000000000-create-ledger.ts',
      'src/gateway/request.pipeline.ts',
      'src/providers/adapters/index.ts',
      'src/providers/adapters/__fixtures__/stream.ts',
    ];

    expect(problemsOf(paths)).toEqual(paths.map(() => null));
  });

  it('refuses other spellings, unknown roles, barrels and names that say nothing', () => {
    const problems = problemsOf([
      'src/cost/BudgetHold.ts',
      'src/Cost/hold.ts',
      'src/cost/hold.manager.ts',
      'src/cost/index.ts',
      'src/cost/types.ts',
      'src/cost/hold.service.dto.ts',
    ]);

    expect(problems.every((problem) => problem !== null)).toBe(true);
  });
});

/** Checks that every source file has a kebab-case name with a known role suffix. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileNameProblem } from './lib/file-names.mjs';

const root = join(import.meta.dirname, '..');

const problems = ['src', 'test', 'bench', 'scripts']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|mts|cts|js|mjs|cjs)$/.test(entry.name))
  .map((entry) =>
    relative(root, join(entry.parentPath ?? entry.path, entry.name))
      .split(sep)
      .join('/'),
  )
  .flatMap((path) => {
    const problem = fileNameProblem(path);
    return problem === undefined ? [] : [`${path}: ${problem}`];
  });

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

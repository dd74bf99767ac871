/** npm run test:providers [-- jest arguments]: the suites of the providers, then a table of every case at every vendor. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies, findNode, root, toolEnvironment } from './lib/install.mjs';
import { run } from './lib/processes.mjs';
import { tableLines } from './lib/table.mjs';
import { vendorMatrices } from './lib/vendor-matrix.mjs';

const suites = ['src/providers', 'src/catalog', 'test/integration/providers'];
const headings = {
  wire: 'Answers and failures',
  request: 'Request fields',
  sdk: 'Our fixtures as the vendors’ own libraries read them',
};

await ensureDependencies();
const folder = mkdtempSync(join(tmpdir(), 'mm-providers-'));
try {
  const resultFile = join(folder, 'results.json');
  const jest = createRequire(join(root, 'package.json')).resolve('jest/bin/jest');
  const args = [
    '--config',
    'jest.config.mjs',
    '--json',
    `--outputFile=${resultFile}`,
    ...process.argv.slice(2),
  ];
  const { code, output } = await run(findNode(), [jest, ...args, ...suites], {
    cwd: root,
    env: toolEnvironment({ NO_COLOR: '1' }),
  });
  if (code !== 0 || !existsSync(resultFile)) console.log(output);
  if (existsSync(resultFile)) report(JSON.parse(readFileSync(resultFile, 'utf8')));
  process.exitCode = code;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(results) {
  for (const { kind, rows } of vendorMatrices(results)) {
    console.log(`\n${headings[kind] ?? kind} (- = the vendor has nothing like it)\n`);
    for (const line of tableLines(rows)) console.log(line);
  }
  const { numPassedTests, numFailedTests, numFailedTestSuites, numTotalTestSuites } = results;
  console.log(
    `\n${numPassedTests} tests passed, ${numFailedTests} failed; ${numFailedTestSuites} of ${numTotalTestSuites} suites failed`,
  );
}

/**
 * npm run test:security [-- jest arguments]: everything that attacks the service, with a real PostgreSQL and Redis, then a table
 * of every management route and what each role gets there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies, findNode, root, toolEnvironment } from './lib/install.mjs';
import { tableLines } from './lib/table.mjs';
import { provideServices } from './lib/test-services.mjs';

/** Suites that attack; each also runs in `npm test`. */
const suites = ['test/e2e/security', 'test/integration/auth', 'test/e2e/platform/malformed-http', 'src/auth'];

await ensureDependencies();
const folder = mkdtempSync(join(tmpdir(), 'mm-security-'));
const services = await provideServices();
try {
  process.exitCode = await main();
} finally {
  await services.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const [resultFile, tableFile] = [join(folder, 'results.json'), join(folder, 'table.json')];
  const code = await runJest(resultFile, tableFile);
  if (existsSync(tableFile)) {
    console.log(
      '\nWhat each role gets (- = refused with 403 missing_permission; else the status of a nonsense request)\n',
    );
    for (const line of tableLines(JSON.parse(readFileSync(tableFile, 'utf8')))) console.log(line);
  }
  if (existsSync(resultFile)) report(JSON.parse(readFileSync(resultFile, 'utf8')));
  return code;
}

function runJest(resultFile, tableFile) {
  const jest = createRequire(join(root, 'package.json')).resolve('jest/bin/jest');
  const args = ['--config', 'jest.config.mjs', '--maxWorkers=2', '--json', `--outputFile=${resultFile}`];
  const env = toolEnvironment({
    TEST_DATABASE_URL: services.postgres.url ?? '',
    TEST_REDIS_URL: services.redis.url ?? '',
    TEST_SECURITY_TABLE: tableFile,
  });
  return new Promise((resolve) => {
    spawn(findNode(), [jest, ...args, ...process.argv.slice(2), ...suites], {
      cwd: root,
      env,
      stdio: ['inherit', 'ignore', 'inherit'],
    })
      .on('error', () => resolve(127))
      .on('close', (code) => resolve(code ?? 130));
  });
}

function report(results) {
  const rows = results.testResults
    .map(({ name, assertionResults }) => [
      name.slice(root.length + 1),
      assertionResults.filter(({ status }) => status === 'passed').length,
      assertionResults.filter(({ status }) => status === 'failed').length,
    ])
    .sort(([one], [other]) => (one < other ? -1 : 1));
  console.log('');
  for (const line of tableLines([['suite', 'passed', 'failed'], ...rows])) console.log(line);
  console.log(`\n${results.numPassedTests} passed, ${results.numFailedTests} failed`);
}

/**
 * npm test [-- jest arguments]: runs on a fresh clone with nothing but Node 20 and npm. Installs what the lock
 * file says, provides a real PostgreSQL and Redis, runs jest with the packaged Node, says what ran where.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies, findNode, root, toolEnvironment } from './lib/install.mjs';
import { run } from './lib/processes.mjs';
import { summarize } from './lib/test-report.mjs';
import { provideServices } from './lib/test-services.mjs';
import { tableLines } from './lib/table.mjs';

const requireInstalled = createRequire(join(root, 'package.json'));
let jest;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    jest?.kill(signal);
  });
}

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 1;
});

async function main() {
  await ensureDependencies();
  const node = findNode();
  const services = await provideServices();
  try {
    if (interrupted) return 130;
    const outcome = await runJest(node, services);
    return await report(node, services, outcome);
  } finally {
    await services.stop();
  }
}

/** Runs jest with everything echoed; resolves to its exit code and its parsed JSON (undefined after a crash). */
async function runJest(node, { postgres, redis, litellm }) {
  const folder = mkdtempSync(join(tmpdir(), 'mm-jest-'));
  const resultFile = join(folder, 'results.json');
  const given = process.argv.slice(2);
  const defaults = given.some((argument) => /^(-w|--maxWorkers|-i|--runInBand)/.test(argument))
    ? []
    : ['--maxWorkers=2'];
  const args = ['--config', 'jest.config.mjs', ...defaults, '--json', `--outputFile=${resultFile}`, ...given];
  const services = {
    TEST_DATABASE_URL: postgres.url ?? '',
    TEST_REDIS_URL: redis.url ?? '',
    TEST_LITELLM: litellm.folder ?? '',
  };
  try {
    const code = await new Promise((resolve) => {
      jest = spawn(node, [requireInstalled.resolve('jest/bin/jest'), ...args], {
        cwd: root,
        env: toolEnvironment(services),
        stdio: ['inherit', 'ignore', 'inherit'],
      });
      jest.on('error', () => resolve(127));
      jest.on('close', (exitCode) => resolve(exitCode ?? 130));
    });
    const results = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : undefined;
    return { code, results };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function report(node, { postgres, redis, litellm }, { code, results }) {
  const nodeVersion = (await run(node, ['--version'])).output;
  const where = (service) =>
    service.failure === undefined ? [service.version, service.origin] : ['NOT AVAILABLE', service.failure];
  console.log('');
  print([
    ['ran on', 'version', 'from'],
    ['Node', nodeVersion, node === process.execPath ? 'running Node' : 'locked package'],
    ['PostgreSQL', ...where(postgres)],
    ['Redis', ...where(redis)],
    ['LiteLLM', ...where(litellm)],
  ]);
  if (results === undefined) {
    console.log(`jest ended with exit code ${code} and left no results.`);
    return code || 1;
  }

  const { projects, total, notRun } = summarize(results, root);
  console.log('');
  print([
    ['project', 'suites', 'passed', 'failed', 'skipped'],
    ...[...projects].map(([name, count]) => [name, count.suites, count.passed, count.failed, count.skipped]),
  ]);
  if (total.brokenSuites > 0)
    console.log(`${total.brokenSuites} suite(s) did not load; each counts as one failure.`);
  for (const { file, services } of notRun) console.log(`NOT RUN ${file}: needs ${services.join(' and ')}.`);
  console.log('');
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);

  const serviceMissing = [postgres, redis].some((service) => service.url === undefined);
  if (code === 0 && serviceMissing && process.env.CI === 'true') return 1;
  return code;
}

function print(rows) {
  for (const line of tableLines(rows)) console.log(line);
}

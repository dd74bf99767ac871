/** npm run test:litellm [-- jest arguments]: the suites that need a real LiteLLM proxy or Python packages; installs both. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureDependencies, findNode, root, toolEnvironment } from './lib/install.mjs';
import { run } from './lib/processes.mjs';
import { findLiteLlm, installLiteLlm } from './lib/test-litellm.mjs';

const cacheFolder = join(root, '.cache', 'services');
const suites = ['test/litellm', 'test/compatibility/documented-examples'];

await ensureDependencies();
process.exitCode = await main();

async function main() {
  const startedAt = Date.now();
  const isNew = findLiteLlm(cacheFolder).failure !== undefined;
  if (isNew) console.log('Installing LiteLLM into .cache (once; a minute or two, some 740 MB).');
  const litellm = await installLiteLlm(cacheFolder);
  if (litellm.failure !== undefined) {
    console.error(`LiteLLM is not available: ${litellm.failure}`);
    return 1;
  }
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  console.log(`LiteLLM ${litellm.version}, ${isNew ? `installed in ${seconds} s` : litellm.origin}`);
  const jest = createRequire(join(root, 'package.json')).resolve('jest/bin/jest');
  const { code } = await run(
    findNode(),
    [jest, '--config', 'jest.config.mjs', ...process.argv.slice(2), ...suites],
    { cwd: root, env: toolEnvironment({ TEST_LITELLM: litellm.folder }), echo: true },
  );
  return code;
}

/**
 * npm run replay -- --policy candidate.yaml --from YYYY-MM-DD --to YYYY-MM-DD [--organization ID], or --log decisions.jsonl: judges another routing
 * policy on logged decisions. Builds what is stale and runs `src/replay.ts`, which says everything else.
 */
import { join } from 'node:path';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies, root, toolEnvironment } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { run } from './lib/processes.mjs';

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const program = [join(root, 'dist', 'src', 'replay.js'), ...process.argv.slice(2)];
  const { code } = await run(process.execPath, program, { echo: true, env: toolEnvironment() });
  return code;
});

/** npm run quickstart: installs and builds what is missing or stale, then starts the service in the embedded shape. */
import { spawn } from 'node:child_process';
import { buildWhenStale, entries } from './lib/build.mjs';
import { ensureDependencies, findNode, root, toolEnvironment } from './lib/install.mjs';

try {
  await ensureDependencies();
  const node = findNode();
  await buildWhenStale();
  start(node);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The service ends by itself on a signal; this process only passes the signal on and takes over the exit code. */
function start(node) {
  const service = spawn(node, [entries.api, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: toolEnvironment(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => service.kill(signal));
  service.on('error', (error) => {
    console.error(`The service could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  service.on('exit', (code) => (process.exitCode = code ?? 1));
}

import { spawn } from 'node:child_process';
import { ensureDependencies, findNode, root, toolEnvironment } from './install.mjs';

const marker = 'MODELMUXER_ON_PACKAGED_NODE';

/**
 * Runs `main` on the Node the project is locked to: at once when that one is running, otherwise in a second
 * process with the same arguments. `main` answers the exit code.
 */
export async function onPackagedNode(main) {
  try {
    const [major, minor] = process.versions.node.split('.').map(Number);
    if (major > 24 || (major === 24 && minor >= 11) || process.env[marker] !== undefined) {
      process.exitCode = await main();
      return;
    }
    await ensureDependencies();
    process.exitCode = await again(findNode());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

function again(node) {
  const child = spawn(node, process.argv.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: toolEnvironment({ [marker]: '1' }),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

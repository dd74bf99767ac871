import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './processes.mjs';

const constraints = join(import.meta.dirname, 'litellm-constraints.txt');
const oldestPython = [3, 11];

/** A LiteLLM proxy that was installed before: `{ folder, version, origin }`, or `{ failure }` when it was not. */
export function findLiteLlm(cacheFolder) {
  const folder = folderIn(cacheFolder);
  const readyFile = join(folder, 'installed-from');
  const isReady = existsSync(readyFile) && readFileSync(readyFile, 'utf8') === fingerprint();
  return isReady
    ? { folder, version: version(), origin: 'virtual environment in .cache' }
    : { failure: 'not installed; `npm run test:litellm` does' };
}

/**
 * Installs LiteLLM with its proxy into a virtual environment, every package in the version the constraints name and
 * none built from source. Answers as `findLiteLlm` does; `{ failure }` says what this machine lacks.
 */
export async function installLiteLlm(cacheFolder) {
  const found = findLiteLlm(cacheFolder);
  if (found.failure === undefined) return found;
  const python = await run('python3', ['-c', 'import sys; print(*sys.version_info[:2])']);
  if (python.code !== 0 || isOlder(python.output.split(' ').map(Number))) {
    return { failure: `Python ${oldestPython.join('.')} or newer is needed as python3.` };
  }
  const folder = folderIn(cacheFolder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const environment = await run('python3', ['-m', 'venv', folder]);
  if (environment.code !== 0) {
    return {
      failure: `python3 cannot make a virtual environment (Debian: python3-venv): ${environment.output.slice(-400)}`,
    };
  }
  const installed = await run(join(folder, 'bin', 'python'), [
    ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-cache-dir'],
    ...['--only-binary', ':all:', '--constraint', constraints, `litellm[proxy]==${version()}`],
  ]);
  if (installed.code !== 0) return { failure: `pip could not install it: ${installed.output.slice(-800)}` };
  writeFileSync(join(folder, 'installed-from'), fingerprint());
  return findLiteLlm(cacheFolder);
}

function folderIn(cacheFolder) {
  return join(cacheFolder, 'litellm');
}

function version() {
  return /^litellm==(\S+)$/m.exec(readFileSync(constraints, 'utf8'))[1];
}

/** Another list of versions is another installation. */
function fingerprint() {
  return createHash('sha256').update(readFileSync(constraints)).digest('hex');
}

function isOlder([major, minor]) {
  return major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1]);
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';

export const root = join(import.meta.dirname, '..', '..');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Why node_modules does not fit package-lock.json, or undefined when it does. */
function installationGap() {
  const installedLock = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return 'nothing is installed yet';
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(installedLock).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const version = installed[path]?.version;
    const mayBeAbsent = entry.optional === true || entry.devOptional === true;
    if (version === undefined ? !mayBeAbsent : version !== entry.version) {
      return `${path} should be ${entry.version} and is ${version ?? 'missing'}`;
    }
  }
  return undefined;
}

/** Runs `npm ci` when node_modules is missing or differs from the lock file. */
export async function ensureDependencies() {
  const gap = installationGap();
  if (gap === undefined) return;
  console.log(`Installing packages (npm ci): ${gap}.`);
  const { code } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    echo: true,
  });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}.`);
}

/**
 * The Node that runs everything else: the one that came as a locked package, or the running one when the
 * platform has no such package and the running one is new enough.
 */
export function findNode() {
  const bundled = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(bundled)) return bundled;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 11)) return process.execPath;
  throw new Error(
    `Node 24.11 or newer is needed and ${process.versions.node} is running. The packaged Node is missing: ` +
      'install without --omit=optional, or put a newer Node on the PATH.',
  );
}

/** The environment in which locked tools win over whatever else is on the PATH. */
export function toolEnvironment(extra = {}) {
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  return { ...process.env, PATH: path, ...extra };
}

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, toolEnvironment } from './install.mjs';
import { run } from './processes.mjs';

const stampFile = join(root, 'dist', '.built-from');
const buildSettings = [
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'ormconfig.ts',
];

/** The compiled program of the API process and of the worker. */
export const entries = {
  api: join(root, 'dist', 'src', 'main.js'),
  worker: join(root, 'dist', 'src', 'worker.js'),
};

/** Builds when anything the build reads has changed since the last one, whatever the file times say. */
export async function buildWhenStale() {
  const fingerprint = sourceFingerprint();
  const built =
    existsSync(entries.api) && existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
  if (built === fingerprint) return;
  console.log('Building.');
  const { code } = await run('npm', ['run', '--silent', 'build'], {
    cwd: root,
    echo: true,
    env: toolEnvironment(),
  });
  if (code !== 0) throw new Error('The build failed.');
  writeFileSync(stampFile, fingerprint);
}

/** A hash over everything the build reads. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !file.name.endsWith('.spec.ts'))
    .map((file) => join(file.parentPath ?? file.path, file.name))
    .sort();
  for (const path of [...sources, ...buildSettings.map((name) => join(root, name))]) {
    if (existsSync(path))
      hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

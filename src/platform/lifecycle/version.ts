import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject, parseJson } from '../../common/json';

/** The version in package.json, found above this file both in the sources and in the build. */
export const VERSION = readVersion(__dirname);

function readVersion(folder: string): string {
  const path = join(folder, 'package.json');
  if (existsSync(path)) {
    const description = parseJson(readFileSync(path, 'utf8'));
    const version = isJsonObject(description) ? description['version'] : undefined;
    if (typeof version === 'string') return version;
  }
  const parent = dirname(folder);
  return parent === folder ? 'unknown' : readVersion(parent);
}

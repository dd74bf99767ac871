/** Files that a caller names: read with a message that says what is wrong, written in parts so that their size does not matter. */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const LINES_AT_ONCE = 10_000;

/** The text of a file, without a byte order mark. */
export function readInput(path) {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const because =
      { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[error.code] ?? error.message;
    throw new Error(`${path} cannot be read: ${because}`, { cause: error });
  }
}

/** One JSON value per line; makes the folder. */
export function writeLines(path, values) {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  try {
    for (let from = 0; from < values.length; from += LINES_AT_ONCE)
      writeSync(
        file,
        values
          .slice(from, from + LINES_AT_ONCE)
          .map((value) => `${JSON.stringify(value)}\n`)
          .join(''),
      );
  } finally {
    closeSync(file);
  }
  console.log(`written: ${path}, ${values.length} lines`);
}

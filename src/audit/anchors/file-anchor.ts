import { readFile } from 'node:fs/promises';
import { parseJson } from '../../common/json';
import { parseCheckpoint, type Checkpoint } from '../checkpoints/checkpoint';

/** Every checkpoint in a file of JSON lines, or of one JSON array; what is none is skipped. Rejects when there is no such file. */
export async function readAnchorFile(path: string): Promise<readonly Checkpoint[]> {
  return parseAnchors(await readFile(path, 'utf8'));
}

/** See {@link readAnchorFile}; for text from anywhere. */
export function parseAnchors(text: string): readonly Checkpoint[] {
  const whole = parseJson(text);
  const values: readonly unknown[] = Array.isArray(whole) ? whole : text.split('\n').map(parseJson);
  return values.map(parseCheckpoint).filter((checkpoint) => checkpoint !== undefined);
}

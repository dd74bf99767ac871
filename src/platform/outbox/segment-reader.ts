import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeLines, type DecodedLines } from './line-codec';
import type { OutboxFiles } from './outbox-files';

const SLICE_BYTES = 128 * 1024;
const NEWLINE = 10;

/** Reads one segment file slice by slice, giving other work a turn of the event loop after each (about 1 ms). */
export async function* readSegment(files: OutboxFiles, path: string): AsyncGenerator<DecodedLines> {
  const content = await files.read(path);
  let start = 0;
  while (start < content.length) {
    const lineEnd = content.indexOf(NEWLINE, start + SLICE_BYTES);
    const end = lineEnd < 0 ? content.length : lineEnd + 1;
    yield decodeLines(content.subarray(start, end));
    start = end;
    await nextTurn();
  }
}

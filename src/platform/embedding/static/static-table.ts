import { readFileSync } from 'node:fs';

/** First bytes of the file; the number counts up with the layout. */
const MAGIC = 'MMSE0001';

/** One vector per word piece, as trained: number i of piece p is `values[p * dimensions + i] * scales[p]`. */
export interface StaticTable {
  readonly version: string;
  readonly dimensions: number;
  readonly vocabulary: readonly string[];
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

interface Header {
  readonly version: string;
  readonly dimensions: number;
  readonly pieces: number;
  readonly vocabularyBytes: number;
}

/**
 * Reads a table as scripts/train/distil-static-embedder.py writes it: magic, length of the header, header as JSON,
 * pieces one per line, a 32-bit scale per piece, then the 8-bit numbers. Fails when the file is cut or of another layout.
 */
export function readStaticTable(path: string): StaticTable {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error(`${path} is no embedding table`);
  const headerEnd = MAGIC.length + 4 + file.readUInt32LE(MAGIC.length);
  const header = toHeader(JSON.parse(file.toString('utf8', MAGIC.length + 4, headerEnd)));
  const { version, dimensions, pieces, vocabularyBytes } = header;
  const scalesStart = headerEnd + vocabularyBytes;
  const valuesStart = scalesStart + pieces * 4;
  if (file.length !== valuesStart + pieces * dimensions)
    throw new Error(`${path} is cut or has a wrong header`);
  const scales = new Float32Array(pieces);
  for (let i = 0; i < pieces; i++) scales[i] = file.readFloatLE(scalesStart + i * 4);
  return {
    version,
    dimensions,
    vocabulary: file.toString('utf8', headerEnd, scalesStart).split('\n'),
    values: new Int8Array(file.subarray(valuesStart)),
    scales,
  };
}

function toHeader(value: unknown): Header {
  const header = typeof value === 'object' && value !== null ? value : {};
  const number = (name: string): number => {
    const found: unknown = Reflect.get(header, name);
    if (typeof found === 'number' && Number.isInteger(found) && found > 0) return found;
    throw new Error(`the header of the embedding table has no ${name}`);
  };
  return {
    version: String(Reflect.get(header, 'version')),
    dimensions: number('dimensions'),
    pieces: number('pieces'),
    vocabularyBytes: number('vocabularyBytes'),
  };
}

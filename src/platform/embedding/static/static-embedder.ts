import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { textWindow } from '../../../common/text-window';
import { toUnitLength } from '../../../common/unit-length';
import type { Embedder } from '../../../llm/embedder';
import { readStaticTable, type StaticTable } from './static-table';
import { WordPieces } from './word-pieces';

/** What is looked at of a text, in characters: the task stands at the beginning or at the end. */
const HEAD = 1_536;
const TAIL = 512;

const TABLE_FILE = join(__dirname, 'minilm-static.bin');

/**
 * The built-in embedder: offline, no model to run. A vector is the weighted sum of one trained vector per word piece
 * (docs/models/static-embedder.md), so it costs microseconds; word order does not count.
 */
@Injectable()
export class StaticEmbedder implements Embedder {
  readonly name = 'static';
  readonly dimensions: number;
  readonly version: string;
  readonly #pieces: WordPieces;
  readonly #table: StaticTable;

  constructor() {
    this.#table = readStaticTable(TABLE_FILE);
    this.#pieces = new WordPieces(this.#table.vocabulary);
    this.dimensions = this.#table.dimensions;
    this.version = this.#table.version;
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
    if (signal.aborted) return Promise.reject(new DOMException('The embedding was aborted', 'AbortError'));
    return Promise.resolve(texts.map((text) => this.embedText(text)));
  }

  /** One text at once, for callers that cannot wait. */
  embedText(text: string): Float32Array {
    const { dimensions } = this;
    const { values, scales } = this.#table;
    const sum = new Float32Array(dimensions);
    this.#pieces.split(textWindow(text, HEAD, TAIL), (id) => {
      const scale = scales[id] ?? 0;
      const row = id * dimensions;
      for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (values[row + i] ?? 0) * scale;
    });
    return toUnitLength(sum);
  }
}

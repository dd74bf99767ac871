import { textWindow } from '../../common/text-window';
import type { PromptFeatures } from '../features';
import { SIGNALS } from '../signals';
import { WordNgrams } from './word-ngrams';

/** What the model looks at of a prompt, in characters: the task stands at the beginning or at the end. */
const HEAD = 1_536;
const TAIL = 512;
const SHORT_CHARACTERS = 70;
const LONG_CHARACTERS = 400;
const FOREIGN_PERMILLE = 200;
const MANY_DIGITS_PERMILLE = 40;
/** Brings the vector's many small numbers to the size of the other features. */
const EMBEDDING_SCALE = 3;
/** The same for the word buckets, which together have this length. */
const NGRAM_LENGTH = 3;

/** A prompt as the intent model sees it. */
export interface IntentFeatures {
  /** Buckets of its words; good until the reader reads again. */
  readonly buckets: Int32Array;
  /** The value of each bucket. */
  readonly bucketValue: number;
  /** Shape, signals and embedding. */
  readonly dense: Float32Array;
}

/** Embeds one text at once. */
export interface TextEmbedder {
  readonly dimensions: number;
  embedText(text: string): Float32Array;
}

/** Turns prompts into numbers for the intent model; training and serving use this same code. */
export class IntentFeatureReader {
  readonly #ngrams = new WordNgrams();

  constructor(private readonly embedder: TextEmbedder) {}

  read(text: string, features: PromptFeatures): IntentFeatures {
    const window = textWindow(text, HEAD, TAIL);
    const buckets = this.#ngrams.of(window);
    return {
      buckets,
      bucketValue: NGRAM_LENGTH / Math.sqrt(Math.max(buckets.length, 1)),
      dense: this.#dense(window, features),
    };
  }

  #dense(window: string, features: PromptFeatures): Float32Array {
    const vector = this.embedder.embedText(window);
    const shape = shapeOf(features);
    const dense = new Float32Array(shape.length + 2 * SIGNALS.length + vector.length);
    dense.set(shape);
    let at = shape.length;
    for (const signal of SIGNALS) {
      const count = features.signals[signal];
      dense[at++] = Math.min(count, 1);
      dense[at++] = Math.min(count, 5) / 5;
    }
    for (const value of vector) dense[at++] = value * EMBEDDING_SCALE;
    return dense;
  }
}

/** Whether tools are offered says nothing about what is asked, so it is left out. */
function shapeOf(features: PromptFeatures): readonly number[] {
  return [
    Math.log1p(features.characters) / 5,
    Number(features.characters < SHORT_CHARACTERS),
    Number(features.characters > LONG_CHARACTERS),
    features.foreignPermille / 1_000,
    Number(features.foreignPermille > FOREIGN_PERMILLE),
    Math.min(features.digitPermille, 200) / 200,
    Number(features.digitPermille > MANY_DIGITS_PERMILLE),
    Number(features.hasCodeFence),
    Number(features.hasInlineCode),
    Number(features.hasCodeSyntax),
    Number(features.hasImage),
    Number(features.wantsJson),
    Number(features.endsWithQuestionMark),
  ];
}

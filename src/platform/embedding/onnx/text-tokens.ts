import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';

/** A text without the tokens that every text gets. */
const SAMPLE = 'a';

/** Splits texts as a model was trained: by its own tokenizer.json, cut to what the model can read. */
export class TextTokens {
  private readonly tokenizer: Tokenizer;
  private readonly before: readonly number[];
  private readonly after: readonly number[];

  /** Throws when the files are no tokenizer. */
  constructor(
    files: { readonly tokenizer: string; readonly config: string | undefined },
    private readonly maxTokens: number,
  ) {
    const config = files.config === undefined ? {} : readObject(files.config);
    this.tokenizer = new Tokenizer(readObject(files.tokenizer), config);
    const whole = this.tokenizer.encode(SAMPLE).ids;
    const bare = this.bareIdsOf(SAMPLE);
    const start = Math.max(0, whole.indexOf(bare[0] ?? -1));
    this.before = whole.slice(0, start);
    this.after = whole.slice(start + bare.length);
  }

  /** Never empty: a text of nothing known is the padding token. */
  idsOf(text: string): readonly number[] {
    const room = Math.max(1, this.maxTokens - this.before.length - this.after.length);
    const ids = [...this.before, ...this.bareIdsOf(text).slice(0, room), ...this.after];
    return ids.length === 0 ? [0] : ids;
  }

  private bareIdsOf(text: string): readonly number[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
}

function readObject(file: string): JsonObject {
  const content = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(content)) throw new Error(`${file} is no JSON object`);
  return content;
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxFile, type TinyModel } from './onnx-file';

const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'sun', 'rain', '##y'];

/** Of [PAD] on purpose large: a mean that counts it is far off. */
const TABLE: TinyModel['table'] = [
  [90, 90, 90],
  [0, 0, 0],
  [0, 0, 0],
  [0, 0, 0],
  [3, 0, 0],
  [0, 4, 0],
  [0, 0, 3],
  // Parts of words that only byte pairs have.
  ...Array.from({ length: 20 }, () => [0, 0, 0]),
];

/**
 * Makes the folder of a sentence transformer that knows three word pieces: `sun` points along the first axis (3), `rain` along
 * the second (4), a `y` at the end of a word along the third (3). Nothing is downloaded.
 */
export function tinyTransformer(
  puts: TinyModel['puts'] = 'tokens',
  files: Readonly<Record<string, unknown>> = {},
): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-transformer-'));
  writeFileSync(join(folder, 'model.onnx'), onnxFile({ table: TABLE, puts }));
  mkdirSync(join(folder, '1_Pooling'));
  for (const [name, content] of Object.entries({ 'tokenizer.json': TOKENIZER, ...files }))
    writeFileSync(join(folder, name), JSON.stringify(content));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const SPECIAL = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [0, 1, 2, 3].map((id) => ({ id, content: PIECES[id], ...SPECIAL })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])),
  },
};

/** The merges of byte pairs that make `sun` and ` rain`. */
const MERGES = ['s u', 'su n', 'Ġ r', 'Ġr a', 'Ġra i', 'Ġrai n'];

/** The same words for a tokenizer of byte pairs, without tokens around a text: `sun` is 4, ` rain` 5. */
export const BYTE_PAIR_TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    vocab: {
      sun: 4,
      Ġrain: 5,
      ...Object.fromEntries(
        ['s', 'u', 'n', 'Ġ', 'r', 'a', 'i', 'su', 'Ġr', 'Ġra', 'Ġrai'].map((part, i) => [part, 7 + i]),
      ),
    },
    merges: MERGES,
  },
};

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { Pooling } from './pool-vectors';

/** A sentence transformer on disk, as its thread loads it. */
export interface OnnxModel {
  readonly modelFile: string;
  readonly tokenizerFile: string;
  /** Settings of the tokenizer beside it; undefined when there are none. */
  readonly tokenizerConfigFile: string | undefined;
  readonly pooling: Pooling;
  /** Tokens of a text that are looked at, those the tokenizer adds included. */
  readonly maxTokens: number;
}

const MODEL_FILES = ['model.onnx', 'onnx/model.onnx'];
const VERSION_DIGITS = 16;

/**
 * Looks at the folder of a sentence transformer in the layout in which they are published: `model.onnx` (or
 * `onnx/model.onnx`), `tokenizer.json`, and where there are such `tokenizer_config.json`, `1_Pooling/config.json` and
 * `sentence_bert_config.json`. Throws an Error that says what is missing or not supported.
 */
export function findOnnxModel(folder: string, maxTokens: number): OnnxModel {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  const modelFile = MODEL_FILES.map((name) => join(folder, name)).find(isFile);
  if (modelFile === undefined) throw new Error(`${folder} has no ${MODEL_FILES.join(' or ')}`);
  if (existsSync(`${modelFile}_data`))
    throw new Error(`${modelFile} keeps its weights in a second file; export the model as one file`);
  const tokenizerFile = join(folder, 'tokenizer.json');
  if (!isFile(tokenizerFile)) throw new Error(`${folder} has no tokenizer.json`);
  const tokenizerConfigFile = join(folder, 'tokenizer_config.json');
  return {
    modelFile,
    tokenizerFile,
    tokenizerConfigFile: isFile(tokenizerConfigFile) ? tokenizerConfigFile : undefined,
    pooling: poolingOf(folder),
    maxTokens: Math.min(maxTokens, trainedTokensOf(folder) ?? maxTokens),
  };
}

/** Names the vectors of a model: another file, pooling or window gives another version. */
export async function versionOfModel({
  modelFile,
  tokenizerFile,
  tokenizerConfigFile,
  pooling,
  maxTokens,
}: OnnxModel): Promise<string> {
  const hash = createHash('sha256');
  const files = [
    modelFile,
    tokenizerFile,
    ...(tokenizerConfigFile === undefined ? [] : [tokenizerConfigFile]),
  ];
  for (const file of files) await pipeline(createReadStream(file), hash, { end: false });
  return hash.update(`${pooling} ${maxTokens}`).digest('hex').slice(0, VERSION_DIGITS);
}

function poolingOf(folder: string): Pooling {
  const file = join(folder, '1_Pooling/config.json');
  const config = readConfig(file);
  if (config === undefined || config['pooling_mode_mean_tokens'] === true) return 'mean';
  if (config['pooling_mode_cls_token'] === true) return 'cls';
  throw new Error(`${file} asks for a pooling other than mean or cls`);
}

/** How many tokens the model was trained with. */
function trainedTokensOf(folder: string): number | undefined {
  const tokens = readConfig(join(folder, 'sentence_bert_config.json'))?.['max_seq_length'];
  return typeof tokens === 'number' && Number.isInteger(tokens) && tokens > 2 ? tokens : undefined;
}

function readConfig(file: string): JsonObject | undefined {
  if (!isFile(file)) return undefined;
  const config = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(config)) throw new Error(`${file} is no JSON object`);
  return config;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

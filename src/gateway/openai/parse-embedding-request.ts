import {
  EMBEDDING_PURPOSES,
  type EmbeddingInput,
  type EmbeddingPurpose,
  type EmbeddingRequest,
} from '../../llm/embedding-request';
import { invalidField, readerOf, type WireReader } from './wire-reader';

/** As many as OpenAI takes at once. */
const MAX_INPUTS = 2_048;
const MAX_DIMENSIONS = 65_536;
const MAX_TOKEN_ID = 2 ** 31 - 1;
/** Cohere's names for two of the purposes, which clients write as well. */
const COHERE_PREFIX = 'search_';

/** Fields of the body that have a place in {@link EmbeddingRequest}, and the gateway's own. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'encoding_format',
  'dimensions',
  'user',
  'input_type',
  'max_budget',
  'region',
]);

/** Reads an OpenAI embeddings body, by hand like the chat's. Throws 400 `validation_error` naming the field. */
export function parseEmbeddingRequest(body: unknown): EmbeddingRequest {
  const reader = readerOf(body);
  const request = {
    model: reader.text('model'),
    inputs: parseInputs(reader.source['input']),
    encoding: parseEncoding(reader),
    dimensions: reader.integer('dimensions', { min: 1, max: MAX_DIMENSIONS }),
    purpose: parsePurpose(reader),
    user: reader.text('user'),
  };
  return { ...request, extensions: { ...reader.rest(KNOWN_FIELDS) } };
}

/** A text, a list of texts, one list of token ids, or a list of such lists. */
function parseInputs(input: unknown): readonly EmbeddingInput[] {
  if (typeof input === 'string') return [checkedText(input, 'input')];
  if (!isList(input) || input.length === 0)
    throw invalidField('input', 'expected a text, a list of texts, or token ids');
  if (typeof input[0] === 'number') return [checkedIds(input, 'input')];
  if (input.length > MAX_INPUTS) throw invalidField('input', `expected at most ${MAX_INPUTS} inputs`);
  return input.map((item, index) => {
    const path = `input[${index}]`;
    return isList(item) ? checkedIds(item, path) : checkedText(item, path);
  });
}

function checkedText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalidField(path, 'expected a text or a list of token ids');
  if (value === '') throw invalidField(path, 'an empty text has no vector');
  return value;
}

function checkedIds(ids: readonly unknown[], path: string): readonly number[] {
  if (ids.length === 0) throw invalidField(path, 'an empty list of token ids has no vector');
  return ids.map((id, index) => {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= MAX_TOKEN_ID) return id;
    throw invalidField(`${path}[${index}]`, 'expected a token id');
  });
}

function parseEncoding(reader: WireReader): EmbeddingRequest['encoding'] {
  const encoding = reader.text('encoding_format') ?? 'float';
  if (encoding === 'float' || encoding === 'base64') return encoding;
  throw invalidField('encoding_format', "expected 'float' or 'base64'");
}

function parsePurpose(reader: WireReader): EmbeddingPurpose | undefined {
  const written = reader.text('input_type');
  if (written === undefined) return undefined;
  const word = written.startsWith(COHERE_PREFIX) ? written.slice(COHERE_PREFIX.length) : written;
  const purpose = EMBEDDING_PURPOSES.find((known) => known === word);
  if (purpose) return purpose;
  throw invalidField('input_type', `expected one of ${EMBEDDING_PURPOSES.join(', ')}`);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

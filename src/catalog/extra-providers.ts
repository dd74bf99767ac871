import { isJsonObject, parseJson, type JsonObject } from '../common/json';
import type { ImageRule } from '../llm/image-tokens';
import { Secret } from '../platform/config/secret';
import type { SettingType } from '../platform/config/setting-types';
import { ConfiguredFields, ConfigurationMistakes } from './configured-fields';
import { readCredentialList, type WeightedKey } from './credential-list';
import { KNOWN_MODELS } from './known-models';
import type { EmbeddingTraits, ModelCapabilities, ModelCard } from './model-card';
import { openAiImageRule } from './models/openai-image-rules';

/** One configured server and the models it serves. */
export interface ExtraProvider {
  readonly name: string;
  readonly baseUrl: string;
  /** Empty for a server that wants none. */
  readonly keys: readonly WeightedKey[];
  readonly models: readonly ModelCard[];
}

const PROVIDER_NAME = /^[a-z][a-z0-9_-]{0,39}$/;
/** A server called like a vendor would shadow it; the others are words with a meaning of their own. */
const TAKEN_NAMES = new Set([...KNOWN_MODELS.map((card) => card.provider), 'litellm', 'auto', 'router']);
const DEFAULT_CAPABILITIES: ModelCapabilities = {
  reasoning: false,
  vision: false,
  audio: false,
  files: false,
  tools: true,
  jsonMode: true,
  jsonSchema: true,
  logprobs: true,
  multipleChoices: true,
};
const DEFAULT_QUALITY = 0.6;
const DEFAULT_TOKENS_PER_SECOND = 50;
const PROVIDER_FIELDS = ['base_url', 'api_key', 'api_keys', 'models'];
const MODEL_FIELDS = [
  'id',
  'kind',
  'aliases',
  'context',
  'max_output',
  'price',
  'capabilities',
  'quality',
  'regions',
  'tokens_per_second',
  'embedding',
];
const EMBEDDING_FIELDS = ['dimensions', 'shortens', 'max_inputs', 'token_ids'];
const DEFAULT_MAX_INPUTS = 2_048;

/** The setting's type; a value with mistakes is refused with all of them named, and without its keys. */
export function extraProviders(): SettingType<readonly ExtraProvider[]> {
  return {
    label: 'JSON object of servers by name',
    parse(text) {
      const parsed = parseJson(text);
      if (!isJsonObject(parsed)) throw new Error('expected a JSON object of servers by name');
      const mistakes = new ConfigurationMistakes();
      const found = Object.entries(parsed).map(([name, value]) => readProvider(name, value, mistakes));
      mistakes.throwIfAny();
      return found;
    },
    format: (value) => (value.length === 0 ? '{}' : '***'),
  };
}

/** Open vision models take at most so many tokens for a picture, one for 28 × 28 pixels or more. A known name is counted by its rule. */
const UNKNOWN_IMAGE: ImageRule = { by: 'patch', pixels: 28, hundredths: 100, maxPatches: 16_384 };

/** Models of a provider whose list only its operator knows; mistakes are named all at once. */
export function modelsOf(provider: string): SettingType<readonly ModelCard[]> {
  return {
    label: 'JSON list of models',
    parse(text) {
      const parsed = parseJson(text);
      if (!Array.isArray(parsed)) throw new Error('expected a JSON list of models');
      const mistakes = new ConfigurationMistakes();
      const models = readModels(provider, new ConfiguredFields({ models: parsed }, provider, mistakes));
      noteRepeatedNames(provider, models, mistakes);
      mistakes.throwIfAny();
      return models;
    },
    format: (value) => JSON.stringify(value.map((card) => card.model)),
  };
}

function readModels(provider: string, fields: ConfiguredFields): readonly ModelCard[] {
  return fields.items('models').map((model) => readModel(provider, model));
}

function noteRepeatedNames(
  provider: string,
  models: readonly ModelCard[],
  mistakes: ConfigurationMistakes,
): void {
  for (const twice of repeated(models.flatMap((model) => [model.model, ...model.aliases]))) {
    mistakes.add(`${provider}.models`, `different ids, got ${twice.slice(0, 80)} twice`);
  }
}

function readProvider(name: string, value: unknown, mistakes: ConfigurationMistakes): ExtraProvider {
  if (!PROVIDER_NAME.test(name)) mistakes.add(name.slice(0, 40), 'a name of a-z, 0-9, _ and - (at most 40)');
  if (TAKEN_NAMES.has(name)) mistakes.add(name, 'another name, this one is taken');
  if (!isJsonObject(value)) mistakes.add(name, 'an object');
  const fields = new ConfiguredFields(isJsonObject(value) ? value : {}, name, mistakes);
  fields.refuseUnknown(PROVIDER_FIELDS);
  const baseUrl = fields.text(
    'base_url',
    isHttpUrl,
    'an http:// or https:// address without credentials in it',
  );
  const models = readModels(name, fields);
  noteRepeatedNames(name, models, mistakes);
  return {
    name,
    baseUrl: baseUrl.replace(/\/$/, ''),
    keys: readKeys(isJsonObject(value) ? value : {}, name, mistakes),
    models,
  };
}

/** The single key first, then those of the list; a key that is given twice counts once. */
function readKeys(
  { api_key: single, api_keys: listed }: JsonObject,
  path: string,
  mistakes: ConfigurationMistakes,
): readonly WeightedKey[] {
  const found: WeightedKey[] = [];
  if (single !== undefined && single !== '') {
    if (typeof single === 'string' && isHeaderText(single))
      found.push({ key: new Secret(single), weight: 1 });
    else mistakes.add(`${path}.api_key`, 'the key as printable text');
  }
  if (listed === undefined) return found;
  try {
    const known = new Set(found.map(({ key }) => key.reveal()));
    return [...found, ...readCredentialList(listed).filter(({ key }) => !known.has(key.reveal()))];
  } catch (error) {
    const text = error instanceof Error ? error.message : 'expected a list of keys';
    mistakes.add(`${path}.api_keys`, text.replace(/^expected /, ''));
    return found;
  }
}

function readModel(provider: string, fields: ConfiguredFields): ModelCard {
  fields.refuseUnknown(MODEL_FIELDS);
  const contextTokens = fields.number('context', { min: 1, max: 100_000_000, integer: true });
  const regions = fields.texts('regions');
  const kind =
    fields.text('kind', isKind, "'chat' or 'embedding'", 'chat') === 'embedding' ? 'embedding' : 'chat';
  const model = fields.text('id', (id) => id !== '' && id.length <= 200, "the server's name of the model");
  return {
    provider,
    model,
    imageRule: openAiImageRule(model.slice(model.lastIndexOf('/') + 1)) ?? UNKNOWN_IMAGE,
    aliases: fields.texts('aliases'),
    kind,
    contextTokens,
    ...(kind === 'embedding'
      ? { embedding: readEmbedding(fields.object('embedding')), maxOutputTokens: 0 }
      : { maxOutputTokens: fields.number('max_output', { min: 1, max: contextTokens, integer: true }) }),
    capabilities: readCapabilities(fields.object('capabilities')),
    regions: regions.length === 0 ? ['global'] : regions,
    quality: readQuality(fields.object('quality')),
    typicalTokensPerSecond: fields.number(
      'tokens_per_second',
      { min: 0.1, max: 100_000, integer: false },
      DEFAULT_TOKENS_PER_SECOND,
    ),
    prices: [{ validFrom: '2020-01-01', perMillion: readPrice(fields.object('price'), kind) }],
  };
}

function isKind(text: string): boolean {
  return text === 'chat' || text === 'embedding';
}

function readEmbedding(fields: ConfiguredFields): EmbeddingTraits {
  fields.refuseUnknown(EMBEDDING_FIELDS);
  return {
    dimensions: fields.number('dimensions', { min: 1, max: 65_536, integer: true }),
    shortens: fields.flag('shortens', false),
    maxInputs: fields.number('max_inputs', { min: 1, max: 2_048, integer: true }, DEFAULT_MAX_INPUTS),
    tokenIds: fields.flag('token_ids', false),
  };
}

function readPrice(
  fields: ConfiguredFields,
  kind: ModelCard['kind'],
): ModelCard['prices'][number]['perMillion'] {
  fields.refuseUnknown(['input', 'output', 'cache_read', 'cache_write']);
  const inputUncached = fields.usd('input');
  return {
    inputUncached,
    outputText: fields.usd('output', kind === 'embedding' ? 0n : undefined),
    cacheRead: fields.usd('cache_read', inputUncached),
    cacheWrite5m: fields.usd('cache_write', inputUncached),
  };
}

function readCapabilities(fields: ConfiguredFields): ModelCapabilities {
  fields.refuseUnknown([
    'reasoning',
    'vision',
    'audio',
    'files',
    'tools',
    'json_mode',
    'json_schema',
    'logprobs',
    'n',
  ]);
  return {
    reasoning: fields.flag('reasoning', DEFAULT_CAPABILITIES.reasoning),
    vision: fields.flag('vision', DEFAULT_CAPABILITIES.vision),
    audio: fields.flag('audio', DEFAULT_CAPABILITIES.audio),
    files: fields.flag('files', DEFAULT_CAPABILITIES.files),
    tools: fields.flag('tools', DEFAULT_CAPABILITIES.tools),
    jsonMode: fields.flag('json_mode', DEFAULT_CAPABILITIES.jsonMode),
    jsonSchema: fields.flag('json_schema', DEFAULT_CAPABILITIES.jsonSchema),
    logprobs: fields.flag('logprobs', DEFAULT_CAPABILITIES.logprobs),
    multipleChoices: fields.flag('n', DEFAULT_CAPABILITIES.multipleChoices),
  };
}

function readQuality(fields: ConfiguredFields): ModelCard['quality'] {
  fields.refuseUnknown(['general', 'code', 'reasoning']);
  const share = { min: 0, max: 1, integer: false };
  return {
    general: fields.number('general', share, DEFAULT_QUALITY),
    code: fields.number('code', share, DEFAULT_QUALITY),
    reasoning: fields.number('reasoning', share, DEFAULT_QUALITY),
  };
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === ''
  );
}

function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(text);
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

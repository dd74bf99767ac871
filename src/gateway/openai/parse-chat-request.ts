import type { ChatRequest, ResponseFormat, Sampling } from '../../llm/chat-request';
import { parseMessages } from './parse-messages';
import { parseToolChoice, parseTools } from './parse-tools';
import { invalidField, readerOf, type WireReader } from './wire-reader';

const MAX_STOP_SEQUENCES = 16;
const MAX_CHOICES = 128;
const PENALTY = { min: -2, max: 2 };

/** Fields of OpenAI's chat body that have a place in {@link ChatRequest}, and the gateway's own. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'logit_bias',
  'stop',
  'n',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'logprobs',
  'top_logprobs',
  'reasoning_effort',
  'service_tier',
  'user',
  'metadata',
  'prompt_cache_key',
  'verbosity',
  'max_budget',
  'region',
  'session_id',
  'cascade_config',
  'enable_analytics',
  'routing_preference',
]);

const STREAM_OPTIONS: ReadonlySet<string> = new Set(['include_usage']);
const PLAIN_FORMAT: ReadonlySet<string> = new Set(['type']);
const JSON_SCHEMA_FORMAT: ReadonlySet<string> = new Set(['type', 'json_schema']);
const JSON_SCHEMA: ReadonlySet<string> = new Set(['name', 'description', 'schema', 'strict']);

/**
 * Reads an OpenAI chat-completions body into the typed request, by hand: a generic validator costs
 * more than the rest of the pipeline on long conversations. Throws 400 `validation_error` naming the
 * field. Text is kept byte for byte; unknown fields are kept in `extensions`, nested ones by their path.
 */
export function parseChatRequest(body: unknown): ChatRequest {
  const reader = readerOf(body);
  const tools = parseTools(reader);
  const request = {
    dialect: 'openai-chat' as const,
    model: reader.text('model'),
    messages: parseMessages(reader),
    ...(tools && { tools }),
    toolChoice: parseToolChoice(reader),
    parallelToolCalls: reader.flag('parallel_tool_calls'),
    responseFormat: parseResponseFormat(reader),
    sampling: parseSampling(reader),
    stop: parseStop(reader),
    maxOutputTokens: parseOutputLimit(reader),
    choiceCount: reader.integer('n', { min: 1, max: MAX_CHOICES }) ?? 1,
    logprobs: parseLogprobs(reader),
    reasoning: parseReasoning(reader),
    stream: reader.flag('stream') ?? false,
    includeUsage: parseIncludeUsage(reader),
    serviceTier: reader.text('service_tier'),
    user: reader.text('user'),
    metadata: reader.object('metadata'),
    promptCacheKey: reader.text('prompt_cache_key'),
    verbosity: reader.text('verbosity'),
  };
  return { ...request, extensions: { ...reader.rest(KNOWN_FIELDS), ...reader.unread() } };
}

function parseSampling(reader: WireReader): Sampling {
  return {
    temperature: reader.number('temperature', { min: 0, max: 2 }),
    topP: reader.number('top_p', { min: 0, max: 1 }),
    topK: reader.integer('top_k', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    minP: reader.number('min_p', { min: 0, max: 1 }),
    frequencyPenalty: reader.number('frequency_penalty', PENALTY),
    presencePenalty: reader.number('presence_penalty', PENALTY),
    seed: reader.integer('seed', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    logitBias: reader.object('logit_bias'),
  };
}

function parseOutputLimit(reader: WireReader): number | undefined {
  const range = { min: 1, max: Number.MAX_SAFE_INTEGER };
  const modern = reader.integer('max_completion_tokens', range);
  const legacy = reader.integer('max_tokens', range);
  if (modern !== undefined && legacy !== undefined && legacy !== modern) reader.ignore('max_tokens');
  return modern ?? legacy;
}

function parseIncludeUsage(reader: WireReader): boolean {
  const options = reader.child('stream_options');
  options?.ignoreRest(STREAM_OPTIONS);
  return options?.flag('include_usage') ?? false;
}

function parseStop(reader: WireReader): readonly string[] | undefined {
  const value = reader.source['stop'];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return [value];
  if (
    !Array.isArray(value) ||
    value.length > MAX_STOP_SEQUENCES ||
    !value.every((item) => typeof item === 'string')
  ) {
    throw invalidField('stop', `expected a string or at most ${MAX_STOP_SEQUENCES} strings`);
  }
  return value;
}

function parseLogprobs(reader: WireReader): ChatRequest['logprobs'] {
  const wanted = reader.flag('logprobs');
  const top = reader.integer('top_logprobs', { min: 0, max: 20 });
  if (wanted !== true) {
    if (top !== undefined) throw invalidField('top_logprobs', "it needs 'logprobs': true");
    return undefined;
  }
  return top === undefined ? {} : { top };
}

function parseReasoning(reader: WireReader): ChatRequest['reasoning'] {
  const effort = reader.text('reasoning_effort');
  return effort === undefined ? undefined : { effort };
}

function parseResponseFormat(reader: WireReader): ResponseFormat | undefined {
  const format = reader.child('response_format');
  if (!format) return undefined;
  const type = format.requiredText('type');
  format.ignoreRest(type === 'json_schema' ? JSON_SCHEMA_FORMAT : PLAIN_FORMAT);
  if (type === 'text' || type === 'json_object') return { type };
  if (type !== 'json_schema')
    throw invalidField(format.path('type'), "expected 'text', 'json_object' or 'json_schema'");
  const schema = format.requiredChild('json_schema');
  schema.ignoreRest(JSON_SCHEMA);
  return {
    type,
    name: schema.requiredText('name'),
    description: schema.text('description'),
    schema: schema.object('schema'),
    strict: schema.flag('strict'),
  };
}

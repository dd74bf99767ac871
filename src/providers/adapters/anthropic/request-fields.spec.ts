import { CLAUDE_TRAITS, mapToAnthropic } from '../../../../test/support/anthropic-wire';
import type { ModelTraits } from '../../../llm/chat-adapter';
import type { ChatMessage, ChatRequest, ReasoningRequest, Sampling } from '../../../llm/chat-request';
import type { ContentPart, Dialect } from '../../../llm/content-part';

/** Where a field went: to a path of the body, or under a name into the list of dropped parameters. */
type Fate =
  { readonly mapped: string } | { readonly listed: string } | { readonly both: readonly [string, string] };

interface Row {
  readonly request: Partial<ChatRequest>;
  readonly fate: Fate;
  readonly traits?: ModelTraits;
}

const { byEffort, byBudget, withoutSchemas } = CLAUDE_TRAITS;
const text: ContentPart = { type: 'text', text: 'hi' };
const mapped = (path: string): Fate => ({ mapped: path });
const listed = (name: string): Fate => ({ listed: name });
const says = (...content: ContentPart[]): Partial<ChatRequest> => ({
  messages: [{ role: 'user', content: [text, ...content] }],
});
const answers = (...content: ContentPart[]): Partial<ChatRequest> => ({
  messages: [
    { role: 'user', content: [text] },
    { role: 'assistant', content },
    { role: 'user', content: [text] },
  ],
});
const withMessage = (changes: Partial<ChatMessage>): Partial<ChatRequest> => ({
  messages: [{ role: 'user', content: [text], ...changes }],
});
const toolOf = (changes: object = {}): Partial<ChatRequest> => ({
  tools: [{ kind: 'function', name: 'f', ...changes }],
});

/** Fields that say how the call is made, not what is asked; they have rows of their own below. */
type Plain = Exclude<
  keyof ChatRequest,
  'messages' | 'sampling' | 'reasoning' | 'dialect' | 'model' | 'stream' | 'includeUsage'
>;

const FIELDS: Record<Plain, Row> = {
  tools: { request: toolOf(), fate: mapped('tools.0.name') },
  toolChoice: {
    request: { ...toolOf(), toolChoice: { mode: 'required' } },
    fate: mapped('tool_choice.type'),
  },
  parallelToolCalls: {
    request: { ...toolOf(), parallelToolCalls: false },
    fate: mapped('tool_choice.disable_parallel_tool_use'),
  },
  responseFormat: {
    request: { responseFormat: { type: 'json_schema', schema: { type: 'object' } } },
    fate: mapped('output_config.format.schema'),
  },
  stop: { request: { stop: ['END'] }, fate: mapped('stop_sequences.0') },
  maxOutputTokens: { request: { maxOutputTokens: 10_000 }, fate: mapped('max_tokens') },
  choiceCount: { request: { choiceCount: 2 }, fate: listed('n') },
  logprobs: { request: { logprobs: { top: 2 } }, fate: listed('logprobs') },
  serviceTier: { request: { serviceTier: 'default' }, fate: mapped('service_tier') },
  user: { request: { user: 'ann' }, fate: { both: ['metadata.user_id', 'user'] } },
  metadata: { request: { metadata: { team: 'x' } }, fate: listed('metadata') },
  promptCacheKey: { request: { promptCacheKey: 'k' }, fate: listed('prompt_cache_key') },
  verbosity: { request: { verbosity: 'low' }, fate: listed('verbosity') },
  extensions: { request: { extensions: { store: true } }, fate: listed('store') },
};

const SAMPLING: Record<keyof Sampling, Row> = {
  temperature: { request: { sampling: { temperature: 0.2 } }, fate: mapped('temperature') },
  topP: { request: { sampling: { topP: 0.2 } }, fate: mapped('top_p') },
  topK: { request: { sampling: { topK: 5 } }, fate: mapped('top_k') },
  minP: { request: { sampling: { minP: 0.2 } }, fate: listed('min_p') },
  frequencyPenalty: { request: { sampling: { frequencyPenalty: 1 } }, fate: listed('frequency_penalty') },
  presencePenalty: { request: { sampling: { presencePenalty: 1 } }, fate: listed('presence_penalty') },
  seed: { request: { sampling: { seed: 7 } }, fate: listed('seed') },
  logitBias: { request: { sampling: { logitBias: { '5': 1 } } }, fate: listed('logit_bias') },
};

const REASONING: Record<keyof ReasoningRequest, Row> = {
  effort: {
    request: { reasoning: { effort: 'high' } },
    traits: byEffort,
    fate: mapped('output_config.effort'),
  },
  budgetTokens: {
    request: { reasoning: { budgetTokens: 2_000 } },
    traits: byBudget,
    fate: mapped('thinking.budget_tokens'),
  },
  mode: { request: { reasoning: { mode: 'adaptive' } }, traits: byEffort, fate: mapped('thinking.type') },
  summary: {
    request: { reasoning: { mode: 'adaptive', summary: 'auto' } },
    traits: byEffort,
    fate: mapped('thinking.display'),
  },
};

const MESSAGE: Record<Exclude<keyof ChatMessage, 'plainText'>, Row> = {
  role: {
    request: withMessage({ role: 'developer' }),
    fate: { both: ['messages.0.content', 'messages.role'] },
  },
  content: { request: says(), fate: mapped('messages.0.content') },
  name: { request: withMessage({ name: 'ann' }), fate: listed('messages.name') },
  extensions: { request: withMessage({ extensions: { mood: 1 } }), fate: listed('messages.mood') },
};

const PARTS: Record<ContentPart['type'], Row> = {
  text: { request: says({ type: 'text', text: 'more' }), fate: mapped('messages.0.content.1.text') },
  refusal: { request: answers({ type: 'refusal', text: 'no' }), fate: mapped('messages.1.content') },
  image: {
    request: says({ type: 'image', source: { kind: 'url', url: 'https://x' } }),
    fate: mapped('messages.0.content.1.source.url'),
  },
  audio: {
    request: says({ type: 'audio', source: { kind: 'url', url: 'https://x' } }),
    fate: listed('messages.content'),
  },
  file: {
    request: says({ type: 'file', source: { kind: 'text', text: 'x' } }),
    fate: mapped('messages.0.content.1.source.data'),
  },
  reasoning: {
    request: answers({ type: 'reasoning', text: 't', signature: 's' }),
    fate: mapped('messages.1.content.0.signature'),
  },
  'tool-call': {
    request: {
      ...toolOf(),
      ...answers({ type: 'tool-call', id: 'c', name: 'f', kind: 'function', arguments: '{}' }),
    },
    fate: mapped('messages.1.content.0.input'),
  },
  'tool-result': {
    request: says({ type: 'tool-result', toolCallId: 'c', content: [text] }),
    fate: mapped('messages.0.content.0.tool_use_id'),
  },
  native: {
    request: says({ type: 'native', dialect: 'gemini', value: {} }),
    fate: listed('messages.content'),
  },
};

const VARIANTS: Record<string, Row> = {
  'a detail of an image': {
    request: says({ type: 'image', source: { kind: 'url', url: 'https://x' }, detail: 'low' }),
    fate: listed('messages.image_url.detail'),
  },
  'a cache mark': {
    request: says({ type: 'text', text: 'x', cacheMark: { ttl: '1h' } }),
    fate: mapped('messages.0.content.1.cache_control.ttl'),
  },
  'a cache mark of a tool': {
    request: toolOf({ cacheMark: { ttl: '5m' } }),
    fate: mapped('tools.0.cache_control'),
  },
  'a strict tool': { request: toolOf({ strict: true }), fate: mapped('tools.0.strict') },
  'a strict tool without schemas': {
    request: toolOf({ strict: true }),
    traits: withoutSchemas,
    fate: listed('tools.strict'),
  },
  'a custom tool': { request: { tools: [{ kind: 'custom', name: 'c' }] }, fate: listed('tools') },
  'a tool of another vendor': {
    request: { tools: [{ kind: 'native', dialect: 'gemini', value: {} }] },
    fate: listed('tools'),
  },
  'JSON without schema': {
    request: { responseFormat: { type: 'json_object' } },
    fate: { both: ['system', 'response_format'] },
  },
  'a tier of another vendor': { request: { serviceTier: 'priority' }, fate: listed('service_tier') },
  'thinking for a model without': {
    request: { reasoning: { effort: 'low' } },
    fate: listed('reasoning_effort'),
  },
};

const ROWS = Object.entries({ ...FIELDS, ...SAMPLING, ...REASONING, ...MESSAGE, ...PARTS, ...VARIANTS });

describe('every field of a request to Anthropic', () => {
  it.each(ROWS)('%s is mapped or listed, never silently gone', (_field, { request, fate, traits }) => {
    const { body, dropped } = mapToAnthropic(request, { traits });
    const names = dropped.map((entry) => entry.split(' ')[0]);
    const [path, name] =
      'both' in fate ? fate.both : 'mapped' in fate ? [fate.mapped, undefined] : [undefined, fate.listed];

    if (path !== undefined) expect(body).toHaveProperty(path);
    expect(names).toEqual(name === undefined ? [] : [name]);
  });

  it.each<Dialect>(['openai-responses', 'gemini', 'cohere'])('extensions of %s are listed', (dialect) => {
    expect(mapToAnthropic({ dialect, extensions: { odd: 1 } }).dropped).toEqual(['odd dropped']);
  });
});

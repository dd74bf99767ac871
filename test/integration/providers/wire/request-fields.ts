import type { ChatMessage, ChatRequest, ToolDefinition } from '../../../../src/llm/chat-request';
import type { ContentPart } from '../../../../src/llm/content-part';

/** A request that differs from the plainest one in one field. */
export interface FieldSample {
  /** Name under which the client knows the field, and under which its loss is reported. */
  readonly field: string;
  readonly change: Partial<ChatRequest>;
  /** The request the change is compared with, where the plainest one says too little. */
  readonly base?: Partial<ChatRequest>;
}

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const TOOLS: readonly ToolDefinition[] = [
  { kind: 'function', name: 'weather', description: 'Weather of a city', parameters: SCHEMA },
  { kind: 'function', name: 'clock' },
];
const withTools = { tools: TOOLS };

const user = (...content: readonly ContentPart[]): ChatMessage => ({ role: 'user', content });
const text = (words: string): ContentPart => ({ type: 'text', text: words });
const asks = (part: ContentPart): Partial<ChatRequest> => ({ messages: [user(text('look'), part)] });
const looks: Partial<ChatRequest> = { messages: [user(text('look'))] };
const call = {
  type: 'tool-call',
  id: 'call_abc_1',
  name: 'clock',
  kind: 'function',
  arguments: '{}',
} as const;
const afterCall = (result: Partial<ContentPart & { type: 'tool-result' }> = {}): readonly ChatMessage[] => [
  user(text('what time is it?')),
  { role: 'assistant', content: [call] },
  {
    role: 'tool',
    plainText: true,
    content: [{ type: 'tool-result', toolCallId: 'call_abc_1', content: [text('noon')], ...result }],
  },
];

const sampling = (
  field: string,
  values: ChatRequest['sampling'],
): { readonly field: string; readonly change: Partial<ChatRequest> } => ({
  field,
  change: { sampling: values },
});

/** Every field a chat request can have. */
export const FIELD_SAMPLES: readonly FieldSample[] = [
  sampling('temperature', { temperature: 0.3 }),
  sampling('top_p', { topP: 0.9 }),
  sampling('top_k', { topK: 20 }),
  sampling('min_p', { minP: 0.1 }),
  sampling('frequency_penalty', { frequencyPenalty: 0.5 }),
  sampling('presence_penalty', { presencePenalty: 0.5 }),
  sampling('seed', { seed: 7 }),
  sampling('logit_bias', { logitBias: { '50256': -100 } }),
  { field: 'stop', change: { stop: ['END'] } },
  { field: 'n', change: { choiceCount: 2 } },
  { field: 'logprobs', change: { logprobs: {} } },
  { field: 'top_logprobs', change: { logprobs: { top: 3 } } },
  { field: 'tools', change: withTools },
  {
    field: 'tools.custom',
    change: { tools: [...TOOLS, { kind: 'custom', name: 'query', description: 'SQL' }] },
    base: withTools,
  },
  ...(['none', 'required'] as const).map((mode) => ({
    field: `tool_choice ${mode}`,
    change: { ...withTools, toolChoice: { mode } },
    base: withTools,
  })),
  {
    field: 'tool_choice named',
    change: { ...withTools, toolChoice: { mode: 'tool', kind: 'function', name: 'clock' } },
    base: withTools,
  },
  { field: 'parallel_tool_calls', change: { ...withTools, parallelToolCalls: false }, base: withTools },
  { field: 'response_format json_object', change: { responseFormat: { type: 'json_object' } } },
  {
    field: 'response_format json_schema',
    change: { responseFormat: { type: 'json_schema', name: 'place', schema: SCHEMA, strict: true } },
  },
  { field: 'reasoning_effort', change: { reasoning: { effort: 'high' } } },
  { field: 'thinking', change: { reasoning: { mode: 'enabled', budgetTokens: 900 } } },
  { field: 'service_tier', change: { serviceTier: 'flex' } },
  { field: 'user', change: { user: 'u-1' } },
  { field: 'metadata', change: { metadata: { team: 'a' } } },
  { field: 'prompt_cache_key', change: { promptCacheKey: 'k' } },
  { field: 'verbosity', change: { verbosity: 'low' } },
  { field: 'made_up_field', change: { extensions: { made_up_field: 1 } } },
  {
    field: 'messages.system',
    change: {
      messages: [
        { role: 'system', content: [text('be brief')] },
        { role: 'system', content: [text('be kind')] },
        ...(looks.messages ?? []),
      ],
    },
    base: looks,
  },
  {
    field: 'messages.developer',
    change: { messages: [{ role: 'developer', content: [text('be brief')] }, ...(looks.messages ?? [])] },
    base: looks,
  },
  { field: 'messages.name', change: { messages: [{ ...user(text('look')), name: 'ann' }] }, base: looks },
  {
    field: 'image address',
    change: asks({ type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } }),
    base: looks,
  },
  {
    field: 'image data',
    change: asks({ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } }),
    base: looks,
  },
  {
    field: 'audio',
    change: asks({
      type: 'audio',
      format: 'wav',
      source: { kind: 'base64', mediaType: 'audio/wav', data: 'AA' },
    }),
    base: looks,
  },
  {
    field: 'file data',
    change: asks({
      type: 'file',
      filename: 'a.pdf',
      source: { kind: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
    }),
    base: looks,
  },
  {
    field: 'file text',
    change: asks({ type: 'file', source: { kind: 'text', text: 'words' } }),
    base: looks,
  },
  {
    field: 'cache_control',
    change: { messages: [user({ type: 'text', text: 'look', cacheMark: { ttl: '5m' } })] },
    base: looks,
  },
  { field: 'tool result', change: { ...withTools, messages: afterCall() }, base: { ...withTools, ...looks } },
  {
    field: 'tool result is_error',
    change: { ...withTools, messages: afterCall({ isError: true }) },
    base: { ...withTools, messages: afterCall() },
  },
  {
    field: 'refusal in history',
    change: {
      messages: [
        user(text('a')),
        { role: 'assistant', content: [{ type: 'refusal', text: 'no' }] },
        user(text('b')),
      ],
    },
    base: looks,
  },
  {
    field: 'thinking in history',
    change: {
      messages: [
        user(text('a')),
        { role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }, text('b')] },
        user(text('c')),
      ],
    },
    base: { messages: [user(text('a')), { role: 'assistant', content: [text('b')] }, user(text('c'))] },
  },
];

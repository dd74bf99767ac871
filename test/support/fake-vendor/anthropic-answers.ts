import type {
  ContentBlock,
  Message,
  RawMessageStreamEvent,
  StopReason,
  Usage,
} from '@anthropic-ai/sdk/resources/messages';
import type { ErrorType } from '@anthropic-ai/sdk/resources/shared';
import { countedUsage, wordsOf, type AnswerInput } from './vendor-answer';
import type { VendorDialect } from './vendor-dialect';

/** What the fake model signs its thinking with, and wants back. */
export const FAKE_THINKING_SIGNATURE = 'ZmFrZS10aGlua2luZw==';

const TYPE_OF_STATUS: Readonly<Record<number, ErrorType>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The fake vendor as Anthropic: named events, usage at both ends of a stream, no `[DONE]`. */
export const ANTHROPIC_DIALECT: VendorDialect = {
  matches: (path) => path.endsWith('/messages'),
  isStreamed: ({ body }) => body['stream'] === true,
  modelOf: ({ body }) => (typeof body['model'] === 'string' ? body['model'] : 'unknown'),
  choicesOf: () => 1,
  whole: (input) => JSON.stringify(wholeMessage(input)),
  events: (input) => input.script.rawEvents ?? streamOf(input).map((event) => JSON.stringify(event)),
  nameOf: (data) => /^\{"type":"(\w+)"/.exec(data)?.[1],
  failure: (status) =>
    JSON.stringify({
      type: 'error',
      error: { type: TYPE_OF_STATUS[status] ?? 'api_error', message: 'fake failure' },
      request_id: 'req_fake',
    }),
};

function wholeMessage(input: AnswerInput): Message {
  return {
    ...head(input),
    content: [...blocksOf(input)],
    stop_reason: stopReason(input),
    stop_details: stopDetails(input),
  };
}

function head(input: AnswerInput): Message {
  return {
    id: `msg_fake_${input.number}`,
    type: 'message',
    role: 'assistant',
    model: input.script.model ?? input.requestedModel,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: usageOf(input),
  };
}

/** A script may name any usage at all; the vendor's own is typed. */
function usageOf(input: AnswerInput): Usage {
  const { prompt_tokens: prompt, completion_tokens: completion } = countedUsage(input);
  const counted: Usage = {
    input_tokens: prompt,
    output_tokens: completion,
    cache_creation: null,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    inference_geo: 'global',
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    speed: null,
  };
  return input.script.usage === undefined ? counted : (input.script.usage as Usage);
}

function blocksOf({ script, requestBody }: AnswerInput): readonly ContentBlock[] {
  const blocks: ContentBlock[] = [];
  if (script.reasoning !== undefined)
    blocks.push({ type: 'thinking', thinking: script.reasoning, signature: FAKE_THINKING_SIGNATURE });
  const isSilent = script.refusal !== undefined || script.toolCalls !== undefined;
  const said = script.echo === true ? requestBody : script.text;
  if (said !== undefined || !isSilent)
    blocks.push({
      type: 'text',
      text: said ?? 'The quick brown fox jumps over the lazy dog.',
      citations: null,
    });
  for (const { id, name, arguments: text } of script.toolCalls ?? [])
    blocks.push({
      type: 'tool_use',
      id,
      name,
      input: JSON.parse(text || '{}') as unknown,
      caller: { type: 'direct' },
    });
  return blocks;
}

function stopReason({ script }: AnswerInput): StopReason {
  if (script.finishReason !== undefined) return script.finishReason as StopReason;
  if (script.refusal !== undefined) return 'refusal';
  return script.toolCalls ? 'tool_use' : 'end_turn';
}

function stopDetails({ script }: AnswerInput): Message['stop_details'] {
  return script.refusal === undefined
    ? null
    : { type: 'refusal', category: 'general_harms', explanation: script.refusal };
}

function streamOf(input: AnswerInput): readonly (RawMessageStreamEvent | { type: 'ping' })[] {
  const { script } = input;
  const usage = usageOf(input);
  // The head knows the prompt only; the end tells the answer.
  const start = {
    ...head(input),
    usage: script.usage === undefined ? { ...usage, output_tokens: 1 } : usage,
  };
  return [
    { type: 'message_start', message: start },
    { type: 'ping' },
    ...blocksOf(input).flatMap(blockEvents),
    ...(script.omitFinish === true ? [] : [endOf(input, usage)]),
    ...(script.omitDone === true ? [] : [{ type: 'message_stop' as const }]),
  ];
}

function endOf(input: AnswerInput, usage: Usage): RawMessageStreamEvent {
  const { stop_sequence, container } = head(input);
  return {
    type: 'message_delta',
    delta: { stop_reason: stopReason(input), stop_sequence, stop_details: stopDetails(input), container },
    usage,
  };
}

function blockEvents(block: ContentBlock, index: number): readonly RawMessageStreamEvent[] {
  const delta = (
    value: Extract<RawMessageStreamEvent, { delta: { type: string } }>['delta'],
  ): RawMessageStreamEvent => ({
    type: 'content_block_delta',
    index,
    delta: value,
  });
  const begin = (value: ContentBlock): RawMessageStreamEvent => ({
    type: 'content_block_start',
    index,
    content_block: value,
  });
  const stop: RawMessageStreamEvent = { type: 'content_block_stop', index };
  switch (block.type) {
    case 'text':
      return [
        begin({ ...block, text: '' }),
        ...wordsOf(block.text).map((text) => delta({ type: 'text_delta', text })),
        stop,
      ];
    case 'thinking':
      return [
        begin({ ...block, thinking: '', signature: '' }),
        ...wordsOf(block.thinking).map((thinking) => delta({ type: 'thinking_delta', thinking })),
        delta({ type: 'signature_delta', signature: block.signature }),
        stop,
      ];
    case 'tool_use':
      return [
        begin({ ...block, input: {} }),
        ...piecesOf(block.input).map((piece) => delta({ type: 'input_json_delta', partial_json: piece })),
        stop,
      ];
    default:
      return [begin(block), stop];
  }
}

/** A call without arguments sends one empty piece, any other begins with one. */
function piecesOf(input: unknown): readonly string[] {
  const text = JSON.stringify(input);
  return ['', ...(text === '{}' ? [] : (text.match(/.{1,7}/gs) ?? []))];
}

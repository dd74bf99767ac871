import type { JsonObject } from '../../common/json';
import type { ChatStreamEvent, StreamStart, ToolCallDelta, ToolCallStart } from '../../llm/chat-stream-event';
import type { TokenUsage } from '../../llm/token-usage';
import { toOpenAiUsage } from './to-openai-usage';

/** Turns stream events into OpenAI chunks. One writer per stream: it remembers the head every chunk repeats. */
export class ChatChunkWriter {
  private head: JsonObject;
  private readonly opened = new Set<number>();
  /** Free-text calls, whose pieces have another shape, as `choice/index`. */
  private readonly customCalls = new Set<string>();

  constructor(private readonly includeUsage: boolean) {
    this.head = {};
  }

  /** The chunk for an event, or undefined when it shows the client nothing. */
  write(event: ChatStreamEvent): JsonObject | undefined {
    switch (event.type) {
      case 'start':
        this.begin(event);
        return undefined;
      case 'text':
        return this.chunk(event.choice, { content: event.text }, event.logprobs);
      case 'refusal':
        return this.chunk(event.choice, { refusal: event.text });
      case 'reasoning':
        return event.text === undefined
          ? undefined
          : this.chunk(event.choice, { reasoning_content: event.text });
      case 'tool-call-start':
        if (event.kind === 'custom') this.customCalls.add(`${event.choice}/${event.index}`);
        return this.chunk(event.choice, { tool_calls: [toolCallHead(event)] });
      case 'tool-call-delta':
        return this.chunk(event.choice, { tool_calls: [this.toolCallPiece(event)] });
      case 'citation':
        return this.chunk(event.choice, {
          annotations: [event.citation.native ?? { type: 'citation', ...event.citation }],
        });
      case 'native':
        return this.chunk(event.choice, event.value);
      case 'finish':
        return this.finish(event.choice, event.reason, event.nativeReason);
      case 'usage':
        return undefined;
    }
  }

  /** The last chunk: no choices, the usage when the client asked for it, and our metadata when wanted. */
  writeEnd(usage: TokenUsage, routerMetadata: JsonObject | undefined): JsonObject | undefined {
    if (!this.includeUsage && !routerMetadata) return undefined;
    return {
      ...this.head,
      choices: [],
      ...(this.includeUsage && { usage: toOpenAiUsage(usage) }),
      ...(routerMetadata && { router_metadata: routerMetadata }),
    };
  }

  private begin(event: StreamStart): void {
    this.head = {
      id: event.id,
      object: 'chat.completion.chunk',
      created: event.created,
      model: event.model,
      ...(event.serviceTier !== undefined && { service_tier: event.serviceTier }),
      ...(event.systemFingerprint !== undefined && { system_fingerprint: event.systemFingerprint }),
    };
  }

  private chunk(index: number, delta: JsonObject, logprobs?: JsonObject): JsonObject {
    const opening = this.opened.has(index) ? undefined : { role: 'assistant' };
    this.opened.add(index);
    return this.withUsageSlot([
      {
        index,
        delta: opening ? { ...opening, ...delta } : delta,
        logprobs: logprobs ?? null,
        finish_reason: null,
      },
    ]);
  }

  private toolCallPiece({ choice, index, arguments: piece }: ToolCallDelta): JsonObject {
    if (this.customCalls.has(`${choice}/${index}`)) return { index, custom: { input: piece } };
    return { index, function: { arguments: piece } };
  }

  private finish(index: number, reason: string, nativeReason: string | undefined): JsonObject {
    return this.withUsageSlot([
      {
        index,
        delta: this.opened.has(index) ? {} : { role: 'assistant', content: '' },
        logprobs: null,
        finish_reason: reason,
        ...(nativeReason !== undefined && { native_finish_reason: nativeReason }),
      },
    ]);
  }

  /** OpenAI sends `usage: null` in every chunk of a stream that ends with a usage chunk. */
  private withUsageSlot(choices: readonly JsonObject[]): JsonObject {
    return this.includeUsage ? { ...this.head, choices, usage: null } : { ...this.head, choices };
  }
}

function toolCallHead(event: ToolCallStart): JsonObject {
  const extra = event.vendorData && { extra_content: event.vendorData };
  if (event.kind === 'custom') {
    return {
      index: event.index,
      id: event.id,
      type: 'custom',
      custom: { name: event.name, input: '' },
      ...extra,
    };
  }
  return {
    index: event.index,
    id: event.id,
    type: 'function',
    function: { name: event.name, arguments: '' },
    ...extra,
  };
}

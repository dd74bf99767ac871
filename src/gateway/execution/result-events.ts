import type { ChatChoice, ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { ContentPart } from '../../llm/content-part';

/** A whole answer as the events a stream of it would have had; text in one piece. */
export function* toStreamEvents(result: ChatResult): Generator<ChatStreamEvent> {
  const { id, created, model, droppedParameters, serviceTier, systemFingerprint } = result;
  yield { type: 'start', id, created, model, droppedParameters, serviceTier, systemFingerprint };
  for (const choice of result.choices) {
    yield* contentEvents(choice);
    yield {
      type: 'finish',
      choice: choice.index,
      reason: choice.finishReason,
      nativeReason: choice.nativeFinishReason,
    };
  }
  if (result.usage) yield { type: 'usage', usage: result.usage };
}

function* contentEvents({ index, content, logprobs }: ChatChoice): Generator<ChatStreamEvent> {
  let calls = 0;
  let rest = logprobs;
  for (const part of content) {
    if (part.type === 'tool-call') {
      yield* callEvents(part, index, calls++);
      continue;
    }
    const event = contentEvent(part, index);
    if (!event) continue;
    yield event.type === 'text' && rest ? { ...event, logprobs: rest } : event;
    if (event.type === 'text') rest = undefined;
  }
}

function contentEvent(part: ContentPart, choice: number): ChatStreamEvent | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type, choice, text: part.text };
    case 'reasoning':
      return {
        type: 'reasoning',
        choice,
        text: part.text,
        signature: part.signature,
        encrypted: part.encrypted,
      };
    case 'native':
      return { type: 'native', choice, value: part.value };
    default:
      return undefined;
  }
}

function* callEvents(
  call: Extract<ContentPart, { type: 'tool-call' }>,
  choice: number,
  index: number,
): Generator<ChatStreamEvent> {
  // A server tool's call is run by the vendor; clients of this dialect have no form for it.
  if (call.kind === 'server') return;
  const { id, name, kind, vendorData } = call;
  yield { type: 'tool-call-start', choice, index, id, name, kind, vendorData };
  yield { type: 'tool-call-delta', choice, index, arguments: call.arguments };
}

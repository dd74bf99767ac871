import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { ChatAdapter, ProviderCall } from '../../llm/chat-adapter';
import type { ChatChoice, ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { ContentPart } from '../../llm/content-part';
import type { EmbeddingAdapter, EmbeddingCall } from '../../llm/embedding-adapter';
import type { EmbeddingResult } from '../../llm/embedding-result';
import { ProviderError } from '../../llm/provider-error';
import { demoDroppedParameters } from './demo/demo-dropped';
import { composeReply, type DemoReply, type DemoToolCall } from './demo/demo-reply';
import { demoEmbedding } from './demo/demo-embedding';
import { demoUsage } from './demo/demo-usage';

const FINGERPRINT = 'demo';
/** After so many events other work gets a turn: a long answer must not hold up the process. */
const EVENTS_PER_TURN = 32;

/**
 * The built-in provider: answers in process, offline, the same question always the same way, and
 * every answer says that it is a demonstration. Limits, stops, tools, forms and usage are real.
 */
@Injectable()
export class DemoAdapter implements ChatAdapter, EmbeddingAdapter {
  readonly vendor = 'demo';

  constructor(private readonly clock: Clock) {}

  complete(call: ProviderCall): Promise<ChatResult> {
    if (call.signal.aborted) return Promise.reject(gone(call));
    const replies = repliesTo(call);
    return Promise.resolve({
      id: `demo-${call.attemptId}`,
      created: Math.floor(this.clock.now() / 1_000),
      model: call.model,
      choices: replies.map(toChoice),
      usage: demoUsage(call.request, replies),
      systemFingerprint: FINGERPRINT,
      droppedParameters: demoDroppedParameters(call),
    });
  }

  embed(call: EmbeddingCall): Promise<EmbeddingResult> {
    return call.signal.aborted ? Promise.reject(gone(call)) : Promise.resolve(demoEmbedding(call));
  }

  async *stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    const replies = repliesTo(call);
    yield {
      type: 'start',
      id: `demo-${call.attemptId}`,
      created: Math.floor(this.clock.now() / 1_000),
      model: call.model,
      systemFingerprint: FINGERPRINT,
      droppedParameters: demoDroppedParameters(call),
    };
    let sent = 0;
    for (const [choice, reply] of replies.entries()) {
      for (const event of eventsOf(reply, choice)) {
        if (++sent % EVENTS_PER_TURN === 0) await setImmediate();
        if (call.signal.aborted) throw gone(call);
        yield event;
      }
    }
    yield { type: 'usage', usage: demoUsage(call.request, replies) };
  }
}

function repliesTo(call: ProviderCall): readonly DemoReply[] {
  return Array.from({ length: call.request.choiceCount }, (_unused, choice) => composeReply(call, choice));
}

function toChoice(reply: DemoReply, index: number): ChatChoice {
  const content: ContentPart[] = [];
  if (reply.reasoning.length > 0) content.push({ type: 'reasoning', text: reply.reasoning.join('') });
  if (reply.text.length > 0) content.push({ type: 'text', text: reply.text.join('') });
  for (const { id, name, kind, arguments: tokens } of reply.toolCalls) {
    content.push({ type: 'tool-call', id, name, kind, arguments: tokens.join('') });
  }
  return { index, content, finishReason: reply.finishReason, nativeFinishReason: reply.finishReason };
}

function* eventsOf(reply: DemoReply, choice: number): Generator<ChatStreamEvent, void> {
  for (const text of reply.reasoning) yield { type: 'reasoning', choice, text };
  for (const text of reply.text) yield { type: 'text', choice, text };
  for (const [index, call] of reply.toolCalls.entries()) yield* toolEventsOf(call, choice, index);
  yield { type: 'finish', choice, reason: reply.finishReason, nativeReason: reply.finishReason };
}

function* toolEventsOf(call: DemoToolCall, choice: number, index: number): Generator<ChatStreamEvent, void> {
  yield { type: 'tool-call-start', choice, index, id: call.id, name: call.name, kind: call.kind };
  for (const piece of call.arguments) yield { type: 'tool-call-delta', choice, index, arguments: piece };
}

function gone(call: Pick<ProviderCall, 'endpoint'>): ProviderError {
  return new ProviderError({
    provider: call.endpoint.provider,
    kind: 'aborted',
    message: 'the call was cancelled',
    mayHaveBilled: true,
  });
}

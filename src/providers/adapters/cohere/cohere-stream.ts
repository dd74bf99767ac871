import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import type { AnswerContext } from '../../wire/answer-context';
import type { SseEvent } from '../../wire/sse-parser';
import { invalidResponse, streamCut } from '../../wire/transport-error';
import type { VendorStreamReader } from '../../wire/vendor-http';
import { toErrorInAnswer } from '../openai-compatible/openai-errors';
import { textOf, toArguments, toCitation, toFinishReason, toOpenAiLogprobs } from './cohere-answer';
import { toCohereFailure } from './cohere-errors';
import { toCohereUsage } from './cohere-usage';

/** There is one answer; the events' own index counts content blocks and calls. */
const CHOICE = 0;
/** What a call without arguments may begin with; nothing else a model writes begins so. */
const MAYBE_NULL = /^\s*(?:n(?:u(?:ll?)?)?)?\s*$/;

type EventReader = (reader: CohereStreamReader, event: JsonObject) => void;

/** What to do with each type of event; the others say nothing. */
const EVENT_READERS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['message-start', (reader, event) => reader.readStart(event)],
  ['content-start', (reader, event) => reader.readContent(event)],
  ['content-delta', (reader, event) => reader.readContent(event)],
  ['tool-plan-delta', (reader, event) => reader.readPlan(event)],
  ['tool-call-start', (reader, event) => reader.readCallStart(event)],
  ['tool-call-delta', (reader, event) => reader.readCallDelta(event)],
  ['tool-call-end', (reader, event) => reader.readCallEnd(event)],
  ['citation-start', (reader, event) => reader.readCitation(event)],
  ['message-end', (reader, event) => reader.readEnd(event)],
]);

interface OpenCall {
  readonly index: number;
  /** Arguments that could still turn out to be `null`. */
  held: string;
  /** Something of the arguments has been shown. */
  shown: boolean;
}

/** Turns the typed events of one Cohere stream into ours. One reader per stream; fails with ProviderError. */
export class CohereStreamReader implements VendorStreamReader {
  private out: ChatStreamEvent[] = [];
  private started = false;
  private ended = false;
  private calls = 0;
  private readonly openCalls = new Map<unknown, OpenCall>();

  constructor(private readonly context: AnswerContext) {}

  get isEnded(): boolean {
    return this.ended;
  }

  read(event: SseEvent): readonly ChatStreamEvent[] {
    if (this.ended || event.data === '[DONE]') return [];
    const value = parseJson(event.data);
    if (!isJsonObject(value))
      throw invalidResponse(this.context.provider, 'an event of the stream is not a JSON object');
    const type = textOf(value['type']) || event.name;
    if (type === '' || type === 'error') throw this.errorIn(value);
    EVENT_READERS.get(type)?.(this, value);
    const events = this.out;
    this.out = [];
    return events;
  }

  end(rest: readonly SseEvent[]): readonly ChatStreamEvent[] {
    const events: ChatStreamEvent[] = [];
    for (const event of rest) {
      if (parseJson(event.data) === undefined) throw streamCut(this.context.provider);
      events.push(...this.read(event));
    }
    if (!this.ended) throw streamCut(this.context.provider);
    return events;
  }

  readStart(event: JsonObject): void {
    if (this.started) return;
    this.started = true;
    this.out.push({
      type: 'start',
      id: textOf(event['id']) || this.context.attemptId,
      created: Math.floor(this.context.nowMs / 1_000),
      model: this.context.requestedModel,
      vendorRequestId: this.context.vendorRequestId,
      droppedParameters: this.context.droppedParameters,
    });
  }

  readContent(event: JsonObject): void {
    const content = messageIn(event)['content'];
    if (!isJsonObject(content)) return;
    this.readStart(event);
    const thinking = textOf(content['thinking']);
    if (thinking !== '') this.out.push({ type: 'reasoning', choice: CHOICE, text: thinking });
    const text = textOf(content['text']);
    const logprobs = event['logprobs'] ? toOpenAiLogprobs(event['logprobs']) : undefined;
    if (text !== '' || logprobs) this.out.push({ type: 'text', choice: CHOICE, text, logprobs });
  }

  /** The plan is what the model thinks before it calls tools. */
  readPlan(event: JsonObject): void {
    const text = textOf(messageIn(event)['tool_plan']);
    if (text === '') return;
    this.readStart(event);
    this.out.push({ type: 'reasoning', choice: CHOICE, text });
  }

  readCallStart(event: JsonObject): void {
    const call = messageIn(event)['tool_calls'];
    const body = isJsonObject(call) ? call['function'] : undefined;
    if (!isJsonObject(call) || !isJsonObject(body)) return;
    this.readStart(event);
    const index = this.calls++;
    const open: OpenCall = { index, held: '', shown: false };
    this.openCalls.set(event['index'], open);
    this.out.push({
      type: 'tool-call-start',
      choice: CHOICE,
      index,
      id: textOf(call['id']) || `call_${index}`,
      name: textOf(body['name']),
      kind: 'function',
    });
    this.addArguments(open, textOf(body['arguments']));
  }

  readCallDelta(event: JsonObject): void {
    const call = messageIn(event)['tool_calls'];
    const body = isJsonObject(call) ? call['function'] : undefined;
    const open = this.openCalls.get(event['index']);
    if (open && isJsonObject(body)) this.addArguments(open, textOf(body['arguments']));
  }

  readCallEnd(event: JsonObject): void {
    const open = this.openCalls.get(event['index']);
    if (!open) return;
    this.openCalls.delete(event['index']);
    if (!open.shown) this.show(open, toArguments(open.held));
  }

  readCitation(event: JsonObject): void {
    const citation = toCitation(messageIn(event)['citations']);
    if (citation) this.out.push({ type: 'citation', choice: CHOICE, citation });
  }

  readEnd(event: JsonObject): void {
    const delta = isJsonObject(event['delta']) ? event['delta'] : {};
    const native = textOf(delta['finish_reason']);
    const reason = toFinishReason(native);
    if (!reason || textOf(delta['error']) !== '') throw toCohereFailure(this.context.provider, native);
    this.readStart(event);
    for (const open of this.openCalls.values()) if (!open.shown) this.show(open, toArguments(open.held));
    this.out.push({ type: 'finish', choice: CHOICE, reason, nativeReason: native || undefined });
    const usage = toCohereUsage(delta['usage']);
    if (usage) this.out.push({ type: 'usage', usage });
    this.ended = true;
  }

  private addArguments(open: OpenCall, piece: string): void {
    if (piece === '') return;
    const text = open.held + piece;
    if (!open.shown && MAYBE_NULL.test(text)) open.held = text;
    else this.show(open, text);
  }

  private show(open: OpenCall, text: string): void {
    open.held = '';
    open.shown = true;
    this.out.push({ type: 'tool-call-delta', choice: CHOICE, index: open.index, arguments: text });
  }

  private errorIn(value: JsonObject): Error {
    return toErrorInAnswer(this.context.provider, value, this.started ? 'begun' : 'nothing-yet');
  }
}

function messageIn(event: JsonObject): JsonObject {
  const { delta } = event;
  const message = isJsonObject(delta) ? delta['message'] : undefined;
  return isJsonObject(message) ? message : {};
}

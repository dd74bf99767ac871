import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import type { SseEvent } from '../../wire/sse-parser';
import { invalidResponse, streamCut } from '../../wire/transport-error';
import type { VendorStreamReader } from '../../wire/vendor-http';
import type { AnthropicAnswerContext } from './answer-context';
import { toAnthropicErrorInAnswer } from './anthropic-errors';
import { serverToolUse, serviceTierOf, toTokenUsage } from './anthropic-usage';
import { nativeMembers } from './from-anthropic-response';
import { refusalText, toFinishReason } from './stop-reason';
import { StreamedBlocks } from './streamed-blocks';

type EventReader = (reader: AnthropicStreamReader, event: JsonObject) => void;

/** What to do with each event; those that are not listed say nothing. */
const EVENT_READERS: ReadonlyMap<unknown, EventReader> = new Map<unknown, EventReader>([
  ['message_start', (reader, event) => reader.readMessageStart(event)],
  ['content_block_start', (reader, event) => reader.readBlockStart(event)],
  ['content_block_delta', (reader, event) => reader.readBlockDelta(event)],
  ['content_block_stop', (reader, event) => reader.readBlockStop(event)],
  ['message_delta', (reader, event) => reader.readMessageDelta(event)],
  ['message_stop', (reader) => reader.readMessageStop()],
  ['ping', (reader) => reader.readPing()],
]);

/** Turns the events of one Anthropic stream into ours. One reader per stream; fails with ProviderError. */
export class AnthropicStreamReader implements VendorStreamReader {
  private out: ChatStreamEvent[] = [];
  private readonly blocks: StreamedBlocks;
  /** The latest head; held back until content comes, because the vendor may begin anew with another model. */
  private head: JsonObject | undefined;
  private started = false;
  private ended = false;
  private usage: JsonObject = {};
  /** What says why the message ends; told at its very end, because a message may be replaced by another. */
  private last: JsonObject | undefined;

  constructor(private readonly context: AnthropicAnswerContext) {
    this.blocks = new StreamedBlocks(context);
  }

  /** True after `message_stop`: what follows is of no interest. */
  get isEnded(): boolean {
    return this.ended;
  }

  read(event: SseEvent): readonly ChatStreamEvent[] {
    if (this.ended) return [];
    const value = parseJson(event.data);
    if (!isJsonObject(value))
      throw invalidResponse(this.context.provider, 'an event of the stream is not a JSON object');
    const type = value['type'] ?? event.name;
    if (type === 'error' || isJsonObject(value['error']))
      throw toAnthropicErrorInAnswer(this.context.provider, value, this.started ? 'begun' : 'nothing-yet');
    EVENT_READERS.get(type)?.(this, value);
    if (this.out.length === 0) return this.out;
    const events = this.out;
    this.out = [];
    return events;
  }

  /**
   * The connection ended. Without `message_stop` the answer is whole only when its end had been announced;
   * a last event that is cut in the middle shows that it is not.
   */
  end(rest: readonly SseEvent[]): readonly ChatStreamEvent[] {
    const events: ChatStreamEvent[] = [];
    for (const event of rest) {
      if (parseJson(event.data) === undefined) throw streamCut(this.context.provider);
      events.push(...this.read(event));
    }
    if (this.ended) return events;
    this.readMessageStop();
    return [...events, ...this.out];
  }

  /** A second one begins a message of another model, or repeats the first: what was open is closed, what was counted is replaced. */
  readMessageStart({ message }: JsonObject): void {
    if (!isJsonObject(message)) return;
    this.head = message;
    this.last = undefined;
    this.blocks.stopAll(this.out);
    this.readUsage(message['usage']);
    const { content } = message;
    if (!Array.isArray(content)) return;
    for (const block of content) {
      if (!isJsonObject(block)) continue;
      this.begin();
      this.blocks.start(-1, block, this.out);
      this.blocks.stop(-1, this.out);
    }
    this.readEnd(message);
  }

  readBlockStart({ index, content_block: block }: JsonObject): void {
    if (typeof index !== 'number' || !isJsonObject(block)) return;
    if (this.blocks.isFull)
      throw invalidResponse(this.context.provider, 'the stream has too many open blocks');
    this.begin();
    this.blocks.start(index, block, this.out);
  }

  readBlockDelta({ index, delta }: JsonObject): void {
    if (typeof index === 'number' && isJsonObject(delta)) this.blocks.delta(index, delta, this.out);
  }

  readBlockStop({ index }: JsonObject): void {
    if (typeof index === 'number') this.blocks.stop(index, this.out);
  }

  readMessageDelta({ delta, usage }: JsonObject): void {
    this.readUsage(usage);
    if (isJsonObject(delta)) this.readEnd(delta);
  }

  /** A model that thinks unseen may be silent for minutes but for these: told as a thought without words. */
  readPing(): void {
    if (this.blocks.isThinking) this.out.push({ type: 'reasoning', choice: 0 });
  }

  readMessageStop(): void {
    this.ended = true;
    const { last } = this;
    const native = last?.['stop_reason'];
    if (!last || typeof native !== 'string') throw streamCut(this.context.provider);
    this.begin();
    this.blocks.stopAll(this.out);
    if (native === 'refusal')
      this.out.push({ type: 'refusal', choice: 0, text: refusalText(last['stop_details']) });
    const members = nativeMembers(last, this.context);
    const uses = serverToolUse(this.usage);
    if (members || uses)
      this.out.push({
        type: 'native',
        choice: 0,
        value: { ...members, ...(uses && { server_tool_use: uses }) },
      });
    const reason = toFinishReason(native, { hasToolCalls: this.blocks.hasToolCalls });
    this.out.push({ type: 'finish', choice: 0, reason, nativeReason: native });
    const usage = toTokenUsage(this.usage);
    if (usage) this.out.push({ type: 'usage', usage, serviceTier: serviceTierOf(this.usage) });
  }

  private readEnd(message: JsonObject): void {
    const native = message['stop_reason'];
    if (typeof native === 'string' && native !== '') this.last = message;
  }

  /** Counts are cumulative, so later ones replace earlier ones; the end repeats only some of them. */
  private readUsage(usage: unknown): void {
    if (!isJsonObject(usage)) return;
    const merged: Record<string, unknown> = { ...this.usage };
    for (const name in usage) {
      if (usage[name] !== null && usage[name] !== undefined) merged[name] = usage[name];
    }
    this.usage = merged;
  }

  private begin(): void {
    if (this.started) return;
    this.started = true;
    const { id, model } = this.head ?? {};
    this.out.push({
      type: 'start',
      id: typeof id === 'string' && id !== '' ? id : this.context.attemptId,
      created: Math.floor(this.context.nowMs / 1_000),
      model: typeof model === 'string' && model !== '' ? model : this.context.requestedModel,
      serviceTier: serviceTierOf(this.usage),
      vendorRequestId: this.context.vendorRequestId,
      droppedParameters: this.context.droppedParameters,
    });
  }
}

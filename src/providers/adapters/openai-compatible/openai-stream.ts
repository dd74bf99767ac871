import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import type { ProviderError } from '../../../llm/provider-error';
import type { AnswerContext } from '../../wire/answer-context';
import { isReasonablyDeep } from '../../wire/json-depth';
import type { SseEvent } from '../../wire/sse-parser';
import { invalidResponse, streamCut } from '../../wire/transport-error';
import type { VendorStreamReader } from '../../wire/vendor-http';
import { toSpokenBlock } from './content-block';
import { toFinishReason } from './finish-reason';
import { toErrorInAnswer } from './openai-errors';
import { StreamedToolCalls } from './streamed-tool-calls';
import { toTokenUsage } from './openai-usage';
import { toLogprobs } from './token-logprobs';

/** More alternative answers than anybody asks for. */
const MAX_CHOICES = 128;

type DeltaReader = (reader: OpenAiStreamReader, choice: number, value: unknown) => void;

/** What to do with each member of a delta; members that are not listed travel on as they are. */
const DELTA_READERS: ReadonlyMap<string, DeltaReader> = new Map<string, DeltaReader>([
  ['role', () => undefined],
  ['token_id', () => undefined],
  ['index', () => undefined],
  ['content', (reader, choice, value) => reader.readContent(choice, value)],
  ['refusal', (reader, choice, value) => reader.readRefusal(choice, value)],
  ['reasoning', (reader, choice, value) => reader.readReasoning(choice, value)],
  ['reasoning_content', (reader, choice, value) => reader.readReasoning(choice, value)],
  ['tool_calls', (reader, choice, value) => reader.readToolCalls(choice, value)],
]);

/** Turns the events of one OpenAI stream into ours. One reader per stream; fails with ProviderError. */
export class OpenAiStreamReader implements VendorStreamReader {
  private out: ChatStreamEvent[] = [];
  private started = false;
  private ended = false;
  private readonly seen = new Set<number>();
  private readonly open = new Set<number>();
  private finished = 0;
  private readonly toolCalls = new Map<number, StreamedToolCalls>();
  private logprobs: JsonObject | undefined;

  constructor(private readonly context: AnswerContext) {}

  /** True after `[DONE]`: what follows is of no interest. */
  get isEnded(): boolean {
    return this.ended;
  }

  read(event: SseEvent): readonly ChatStreamEvent[] {
    if (this.ended) return [];
    if (event.data === '[DONE]') {
      this.ended = true;
      this.assertComplete();
      return [];
    }
    const chunk = parseJson(event.data);
    if (!isJsonObject(chunk))
      throw invalidResponse(this.context.provider, 'an event of the stream is not a JSON object');
    if (event.name === 'error') throw this.errorIn(chunk);
    this.readChunk(chunk);
    const events = this.out;
    this.out = [];
    return events;
  }

  /**
   * The connection ended. Without `[DONE]` the answer is whole only when every choice has finished;
   * a last event that is cut in the middle shows that it is not.
   */
  end(rest: readonly SseEvent[]): readonly ChatStreamEvent[] {
    const events: ChatStreamEvent[] = [];
    for (const event of rest) {
      if (event.data !== '[DONE]' && parseJson(event.data) === undefined)
        throw streamCut(this.context.provider);
      events.push(...this.read(event));
    }
    this.assertComplete();
    return events;
  }

  readContent(choice: number, value: unknown): void {
    if (typeof value === 'string') {
      if (value !== '' || this.logprobs)
        this.out.push({ type: 'text', choice, text: value, logprobs: this.logprobs });
    } else if (Array.isArray(value)) {
      for (const block of value) {
        const spoken = toSpokenBlock(block);
        if (spoken) this.out.push({ ...spoken, choice });
      }
    }
  }

  readRefusal(choice: number, value: unknown): void {
    if (typeof value === 'string' && value !== '') this.out.push({ type: 'refusal', choice, text: value });
  }

  readReasoning(choice: number, value: unknown): void {
    if (typeof value === 'string' && value !== '') this.out.push({ type: 'reasoning', choice, text: value });
  }

  readToolCalls(choice: number, value: unknown): void {
    if (!Array.isArray(value)) return;
    let calls = this.toolCalls.get(choice);
    if (!calls) this.toolCalls.set(choice, (calls = new StreamedToolCalls(choice)));
    for (const call of value) if (isJsonObject(call)) this.out.push(...calls.read(call));
  }

  private readChunk(chunk: JsonObject): void {
    const groq = isJsonObject(chunk['x_groq']) ? chunk['x_groq'] : undefined;
    const error = chunk['error'] ?? groq?.['error'];
    if (error !== undefined && error !== null) throw this.errorIn({ error });
    const { choices } = chunk;
    // Groq says the same usage twice in one chunk; an older server says it in its own member only.
    const usage = chunk['usage'] ?? groq?.['usage'];
    if (Array.isArray(choices)) {
      for (const choice of choices) if (isJsonObject(choice)) this.readChoice(choice, chunk);
    }
    if (usage !== undefined && usage !== null) this.readUsage(usage, chunk);
  }

  private errorIn(value: JsonObject): ProviderError {
    return toErrorInAnswer(this.context.provider, value, this.started ? 'begun' : 'nothing-yet');
  }

  private readChoice(choice: JsonObject, chunk: JsonObject): void {
    this.start(chunk);
    const index = this.indexOf(choice['index']);
    const { delta, finish_reason: finishReason } = choice;
    const logprobs = toLogprobs(choice['logprobs']);
    this.logprobs = logprobs && isReasonablyDeep(logprobs) ? logprobs : undefined;
    if (isJsonObject(delta)) this.readDelta(index, delta);
    if (typeof finishReason === 'string' && finishReason !== '') this.finish(index, finishReason);
  }

  private readDelta(choice: number, delta: JsonObject): void {
    let native: Record<string, unknown> | undefined;
    for (const name in delta) {
      const value = delta[name];
      if (value === null || value === undefined) continue;
      const read = DELTA_READERS.get(name);
      if (read) read(this, choice, value);
      else (native ??= {})[name] = value;
    }
    if (!native) return;
    if (!isReasonablyDeep(native))
      throw invalidResponse(this.context.provider, 'an event of the stream is nested too deep');
    this.out.push({ type: 'native', choice, value: native });
  }

  private finish(choice: number, native: string): void {
    if (native === 'error') throw this.errorIn({});
    if (!this.open.delete(choice)) return;
    this.finished += 1;
    this.out.push(...(this.toolCalls.get(choice)?.finish() ?? []));
    this.out.push({ type: 'finish', choice, reason: toFinishReason(native), nativeReason: native });
  }

  private readUsage(value: unknown, chunk: JsonObject): void {
    const usage = toTokenUsage(value);
    if (!usage) return;
    this.start(chunk);
    this.out.push({ type: 'usage', usage, serviceTier: textOf(chunk['service_tier']) });
  }

  /** The first chunk with something in it starts the answer: Azure sends one without id and model before. */
  private start(chunk: JsonObject): void {
    if (this.started) return;
    this.started = true;
    const { created } = chunk;
    this.out.push({
      type: 'start',
      id: textOf(chunk['id']) ?? this.context.attemptId,
      created:
        typeof created === 'number' && created > 0
          ? Math.floor(created)
          : Math.floor(this.context.nowMs / 1_000),
      model: textOf(chunk['model']) ?? this.context.requestedModel,
      systemFingerprint: textOf(chunk['system_fingerprint']),
      serviceTier: textOf(chunk['service_tier']),
      vendorRequestId: this.context.vendorRequestId,
      droppedParameters: this.context.droppedParameters,
    });
  }

  private indexOf(value: unknown): number {
    const index = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
    if (index >= MAX_CHOICES) throw invalidResponse(this.context.provider, 'the stream has too many choices');
    if (!this.seen.has(index)) {
      this.seen.add(index);
      this.open.add(index);
    }
    return index;
  }

  private assertComplete(): void {
    if (this.open.size > 0 || this.finished === 0) throw streamCut(this.context.provider);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

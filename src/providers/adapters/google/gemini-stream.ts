import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { FinishReason } from '../../../llm/chat-result';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import type { AnswerContext } from '../../wire/answer-context';
import type { SseEvent } from '../../wire/sse-parser';
import { invalidResponse, streamCut } from '../../wire/transport-error';
import type { VendorStreamReader } from '../../wire/vendor-http';
import { makeCallId } from './call-id';
import { toImageMember } from './from-gemini-response';
import { blockOf, headOf, serviceTierOf, textOf } from './gemini-answer-head';
import { readAnswerPart, type GeminiAnswerPart } from './gemini-answer-part';
import { toCitations } from './gemini-citations';
import { toGeminiErrorInAnswer } from './gemini-errors';
import { toFinishReason } from './gemini-finish';
import { toLogprobs } from './gemini-logprobs';
import { toVendorData } from './gemini-signature';
import { toTokenUsage } from './gemini-usage';

/** More alternative answers than Gemini gives. */
const MAX_CHOICES = 128;

/** What is known of one choice so far. */
interface OpenChoice {
  readonly index: number;
  callCount: number;
  citationCount: number;
  native: string | undefined;
  explanation: string | undefined;
  /** The prompt was refused, for the reason in `native`. */
  isBlocked: boolean;
}

/**
 * Turns the events of one Gemini stream into ours. Every event is a whole answer with the new parts and
 * the usage so far; nothing marks the last one, and older models write a finish reason into each. So
 * choices are finished, and the usage told, when the connection ends: without a finish reason it was cut.
 */
export class GeminiStreamReader implements VendorStreamReader {
  readonly isEnded = false;
  private out: ChatStreamEvent[] = [];
  private started = false;
  private usage: unknown;
  private readonly choices = new Map<number, OpenChoice>();
  private logprobs: JsonObject | undefined;

  constructor(private readonly context: AnswerContext) {}

  read(event: SseEvent): readonly ChatStreamEvent[] {
    // Proxies that speak OpenAI's dialect too add its last line.
    if (event.data === '[DONE]') return [];
    const answer = parseJson(event.data);
    const progress = this.started ? 'begun' : 'nothing-yet';
    const failure = toGeminiErrorInAnswer(this.context.provider, answer, progress);
    if (failure) throw failure;
    if (!isJsonObject(answer))
      throw invalidResponse(this.context.provider, 'an event of the stream is not a JSON object');
    this.readAnswer(answer);
    const events = this.out;
    this.out = [];
    return events;
  }

  end(rest: readonly SseEvent[]): readonly ChatStreamEvent[] {
    const events: ChatStreamEvent[] = [];
    for (const event of rest) {
      if (event.data !== '[DONE]' && parseJson(event.data) === undefined)
        throw streamCut(this.context.provider);
      events.push(...this.read(event));
    }
    if (this.choices.size === 0) throw streamCut(this.context.provider);
    for (const choice of this.choices.values()) this.finish(choice);
    const usage = toTokenUsage(this.usage);
    if (usage) this.out.push({ type: 'usage', usage, serviceTier: serviceTierOf(this.usage) });
    return [...events, ...this.out];
  }

  private readAnswer(answer: JsonObject): void {
    const { candidates, usageMetadata } = answer;
    if (usageMetadata !== undefined && usageMetadata !== null) this.usage = usageMetadata;
    if (Array.isArray(candidates)) {
      for (const candidate of candidates) if (isJsonObject(candidate)) this.readCandidate(candidate, answer);
    }
    const block = blockOf(answer);
    if (!block) return;
    this.start(answer);
    const choice = this.choiceOf(0);
    choice.native = block.reason;
    choice.explanation = block.explanation;
    choice.isBlocked = true;
  }

  private readCandidate(candidate: JsonObject, answer: JsonObject): void {
    this.start(answer);
    const choice = this.choiceOf(candidate['index']);
    this.logprobs = toLogprobs(candidate['logprobsResult']);
    const parts = isJsonObject(candidate['content']) ? candidate['content']['parts'] : undefined;
    if (Array.isArray(parts))
      for (const part of parts) this.readPart(choice, readAnswerPart(part, this.context.provider));
    this.readCitations(choice, candidate);
    const native = textOf(candidate['finishReason']);
    if (native === undefined) return;
    choice.native = native;
    choice.explanation = textOf(candidate['finishMessage']);
    // Words that mean failure throw here, before anything more is shown.
    this.reasonOf(choice, native);
  }

  private readPart(choice: OpenChoice, part: GeminiAnswerPart | undefined): void {
    switch (part?.kind) {
      case 'text':
        this.addText(choice.index, part.text);
        if (part.signature !== undefined)
          this.addNative(choice, {
            extra_content: toVendorData(part.signature, this.context.requestedModel),
          });
        return;
      case 'thought':
        if (part.text !== '') this.out.push({ type: 'reasoning', choice: choice.index, text: part.text });
        return;
      case 'call':
        this.addCall(choice, part);
        return;
      case 'image':
        this.addNative(choice, { images: [toImageMember(part.mediaType, part.data)] });
        return;
      case 'native':
        this.addNative(choice, { extra_content: { google: part.value } });
        return;
      case undefined:
        return;
    }
  }

  /** The log probabilities of an event belong to its first text. */
  private addText(choice: number, text: string): void {
    if (text === '' && !this.logprobs) return;
    this.out.push({ type: 'text', choice, text, logprobs: this.logprobs });
    this.logprobs = undefined;
  }

  /** A call comes whole; its number runs over all events of the choice. */
  private addCall(state: OpenChoice, part: GeminiAnswerPart & { readonly kind: 'call' }): void {
    const { index: choice } = state;
    const index = state.callCount++;
    this.out.push(
      {
        type: 'tool-call-start',
        choice,
        index,
        id: part.id ?? makeCallId(this.context.attemptId, { choice, index }),
        name: part.name,
        kind: 'function',
        ...(part.signature !== undefined && {
          vendorData: toVendorData(part.signature, this.context.requestedModel),
        }),
      },
      { type: 'tool-call-delta', choice, index, arguments: part.arguments },
    );
  }

  private addNative({ index }: OpenChoice, value: JsonObject): void {
    this.out.push({ type: 'native', choice: index, value });
  }

  /** Sources are repeated with every event once they are known. */
  private readCitations(state: OpenChoice, candidate: JsonObject): void {
    const citations = toCitations(candidate);
    for (const citation of citations.slice(state.citationCount))
      this.out.push({ type: 'citation', choice: state.index, citation });
    state.citationCount = Math.max(state.citationCount, citations.length);
  }

  private finish(state: OpenChoice): void {
    const { index: choice, native, explanation } = state;
    if (native === undefined) throw streamCut(this.context.provider);
    const reason = this.reasonOf(state, native);
    if (reason === 'content_filter' && explanation !== undefined)
      this.out.push({ type: 'refusal', choice, text: explanation });
    this.out.push({ type: 'finish', choice, reason, nativeReason: native });
  }

  private reasonOf(state: OpenChoice, native: string): FinishReason {
    if (state.isBlocked) return 'content_filter';
    return toFinishReason(native, this.context.provider, { hasCalls: state.callCount > 0 });
  }

  private start(answer: JsonObject): void {
    if (this.started) return;
    this.started = true;
    this.out.push({
      type: 'start',
      ...headOf(answer, this.context),
      droppedParameters: this.context.droppedParameters,
    });
  }

  private choiceOf(value: unknown): OpenChoice {
    // The first choice has no index on the wire, as all zeros are left out.
    const index = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
    if (index >= MAX_CHOICES) throw invalidResponse(this.context.provider, 'the stream has too many choices');
    let choice = this.choices.get(index);
    if (!choice) {
      choice = {
        index,
        callCount: 0,
        citationCount: 0,
        native: undefined,
        explanation: undefined,
        isBlocked: false,
      };
      this.choices.set(index, choice);
    }
    return choice;
  }
}

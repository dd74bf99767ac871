import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatChoice, ChatResult } from '../../../llm/chat-result';
import type { ContentPart } from '../../../llm/content-part';
import type { AnswerContext } from '../../wire/answer-context';
import { invalidResponse } from '../../wire/transport-error';
import { makeCallId } from './call-id';
import { blockOf, headOf, textOf } from './gemini-answer-head';
import { readAnswerPart, type GeminiAnswerPart } from './gemini-answer-part';
import { toCitations } from './gemini-citations';
import { toGeminiErrorInAnswer } from './gemini-errors';
import { toFinishReason } from './gemini-finish';
import { toLogprobs } from './gemini-logprobs';
import { toVendorData } from './gemini-signature';
import { toTokenUsage } from './gemini-usage';

/** Reads a whole answer. Unknown members are no obstacle; what is not an answer at all throws a ProviderError. */
export function fromGeminiResponse(text: string, context: AnswerContext): ChatResult {
  const answer = parseJson(text);
  const failure = toGeminiErrorInAnswer(context.provider, answer, 'nothing-yet');
  if (failure) throw failure;
  if (!isJsonObject(answer))
    throw invalidResponse(context.provider, 'the answer of the provider is not a JSON object');
  return {
    ...headOf(answer, context),
    choices: choicesOf(answer, context),
    usage: toTokenUsage(answer['usageMetadata']),
    droppedParameters: context.droppedParameters,
  };
}

function choicesOf(answer: JsonObject, context: AnswerContext): readonly ChatChoice[] {
  const { candidates } = answer;
  if (Array.isArray(candidates) && candidates.length > 0)
    return candidates.map((candidate: unknown, index) => toChoice(candidate, index, context));
  const block = blockOf(answer);
  if (!block) throw invalidResponse(context.provider, 'the answer of the provider has no candidates');
  return [
    {
      index: 0,
      content: block.explanation === undefined ? [] : [{ type: 'refusal', text: block.explanation }],
      finishReason: 'content_filter',
      nativeFinishReason: block.reason,
    },
  ];
}

function toChoice(candidate: unknown, position: number, context: AnswerContext): ChatChoice {
  if (!isJsonObject(candidate))
    throw invalidResponse(context.provider, 'a candidate of the answer is not an object');
  const { index: given } = candidate;
  const index = typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : position;
  const reader = new CandidateReader(context, index);
  const wire = isJsonObject(candidate['content']) ? candidate['content']['parts'] : undefined;
  if (Array.isArray(wire)) for (const part of wire) reader.add(readAnswerPart(part, context.provider));
  const native = textOf(candidate['finishReason']);
  const hasCalls = reader.callCount > 0;
  const finishReason = toFinishReason(native ?? 'STOP', context.provider, { hasCalls });
  if (finishReason === 'content_filter') reader.addRefusal(textOf(candidate['finishMessage']));
  return {
    index,
    content: reader.content(candidate),
    finishReason,
    nativeFinishReason: native,
    logprobs: toLogprobs(candidate['logprobsResult']),
    extensions: reader.extensions(),
  };
}

class CandidateReader {
  callCount = 0;
  private readonly parts: ContentPart[] = [];
  private readonly images: JsonObject[] = [];
  private textSignature: string | undefined;

  constructor(
    private readonly context: AnswerContext,
    private readonly index: number,
  ) {}

  add(part: GeminiAnswerPart | undefined): void {
    switch (part?.kind) {
      case 'text':
      case 'thought':
        this.addText(part);
        return;
      case 'call':
        this.addCall(part);
        return;
      case 'image':
        this.addImage(part.mediaType, part.data);
        return;
      case 'native':
        this.parts.push({ type: 'native', dialect: 'gemini', value: part.value });
        return;
      case undefined:
        return;
    }
  }

  addRefusal(text: string | undefined): void {
    if (text !== undefined) this.parts.push({ type: 'refusal', text });
  }

  /** The parts, with the sources of the answer at its last text. */
  content(candidate: JsonObject): readonly ContentPart[] {
    const citations = toCitations(candidate);
    const last = this.parts.findLastIndex((part) => part.type === 'text');
    const text = this.parts[last];
    if (citations.length > 0 && text?.type === 'text') this.parts[last] = { ...text, citations };
    return this.parts;
  }

  /** What has no place in OpenAI's message but beside it. */
  extensions(): JsonObject | undefined {
    if (this.textSignature === undefined && this.images.length === 0) return undefined;
    return {
      ...(this.textSignature !== undefined && {
        extra_content: toVendorData(this.textSignature, this.context.requestedModel),
      }),
      ...(this.images.length > 0 && { images: this.images }),
    };
  }

  private addText(part: GeminiAnswerPart & { readonly kind: 'text' | 'thought' }): void {
    const { text, signature } = part;
    if (text === '' && signature === undefined) return;
    const vendorData =
      signature === undefined ? undefined : toVendorData(signature, this.context.requestedModel);
    const type = part.kind === 'thought' ? 'reasoning' : 'text';
    if (type === 'text' && signature !== undefined) this.textSignature = signature;
    this.parts.push({ type, text, ...(vendorData && { vendorData }) });
  }

  private addCall(part: GeminiAnswerPart & { readonly kind: 'call' }): void {
    const position = { choice: this.index, index: this.callCount++ };
    this.parts.push({
      type: 'tool-call',
      id: part.id ?? makeCallId(this.context.attemptId, position),
      name: part.name,
      kind: 'function',
      arguments: part.arguments,
      ...(part.signature !== undefined && {
        vendorData: toVendorData(part.signature, this.context.requestedModel),
      }),
    });
  }

  private addImage(mediaType: string, data: string): void {
    this.parts.push({ type: 'image', source: { kind: 'base64', mediaType, data } });
    this.images.push(toImageMember(mediaType, data));
  }
}

/** A picture of an answer in the form chat clients show: OpenAI's own format has no place for one. */
export function toImageMember(mediaType: string, data: string): JsonObject {
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } };
}

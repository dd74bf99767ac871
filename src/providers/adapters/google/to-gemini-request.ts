import type { ProviderCall } from '../../../llm/chat-adapter';
import type { ResponseFormat } from '../../../llm/chat-request';
import type { DroppedParameter } from '../../../llm/chat-result';
import { ProviderError } from '../../../llm/provider-error';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { ROUTER_FIELDS } from '../../wire/router-fields';
import { toGeminiSchema } from './gemini-schema';
import { toThinkingConfig } from './gemini-thinking';
import { toGeminiTools } from './gemini-tools';
import { toGeminiContents, type GeminiConversation } from './to-gemini-contents';

type WireObject = Record<string, unknown>;

export interface GeminiRequest {
  /** JSON text of the body. */
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
}

const MAX_STOP_SEQUENCES = 5;
const MAX_CANDIDATES = 8;
const MAX_LOGPROBS = 20;
const SEED_RANGE = 2 ** 31;

/** Maps a request to Gemini's `generateContent`. Nothing is left out or changed without being reported. */
export function toGeminiRequest(call: ProviderCall): GeminiRequest {
  const dropped = new DroppedParameters();
  const { systemInstruction, contents } = conversationOf(call, dropped);
  const body = {
    ...(systemInstruction !== undefined && { systemInstruction: { parts: [{ text: systemInstruction }] } }),
    contents,
    ...toGeminiTools(call, dropped),
    generationConfig: {
      ...samplingOf(call, dropped),
      ...answerFormOf(call, dropped),
      thinkingConfig: toThinkingConfig(call, dropped),
    },
    serviceTier: serviceTierOf(call, dropped),
  };
  reportRest(call, dropped);
  return { body: JSON.stringify(body), droppedParameters: dropped.list() };
}

function conversationOf(call: ProviderCall, dropped: DroppedParameters): GeminiConversation {
  return toGeminiContents(call.request.messages, {
    model: call.model,
    // Models that are told a budget sign their calls too, but take calls without.
    signaturesRequired: call.traits.reasoning && call.traits.reasoningControl !== 'budget',
    dropped,
    refuse: (message) =>
      new ProviderError({
        provider: call.endpoint.provider,
        kind: 'bad_request',
        message,
        param: 'messages',
        mayHaveBilled: false,
      }),
  });
}

function samplingOf(call: ProviderCall, dropped: DroppedParameters): WireObject {
  const { sampling, logprobs, stop } = call.request;
  if (sampling.minP !== undefined) dropped.drop('min_p', 'the provider does not know it');
  if (sampling.logitBias !== undefined) dropped.drop('logit_bias', 'the provider does not know it');
  return {
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    frequencyPenalty: sampling.frequencyPenalty,
    presencePenalty: sampling.presencePenalty,
    seed: sampling.seed === undefined ? undefined : seedOf(sampling.seed, dropped),
    maxOutputTokens: call.maxOutputTokens,
    stopSequences: stop && stop.length > 0 ? stopsOf(stop, dropped) : undefined,
    responseLogprobs: logprobs ? true : undefined,
    logprobs: logprobs?.top
      ? atMost(MAX_LOGPROBS, logprobs.top, { name: 'top_logprobs', dropped })
      : undefined,
  };
}

/** Gemini's seeds have 32 bits; a longer one is folded, which keeps equal seeds equal. */
function seedOf(seed: number, dropped: DroppedParameters): number {
  if (seed >= -SEED_RANGE && seed < SEED_RANGE) return seed;
  const folded = Math.abs(seed) % SEED_RANGE;
  dropped.add('seed', 'rewritten', `folded to ${folded}`);
  return folded;
}

function stopsOf(stop: readonly string[], dropped: DroppedParameters): readonly string[] {
  if (stop.length > MAX_STOP_SEQUENCES) dropped.add('stop', 'clamped', `to the first ${MAX_STOP_SEQUENCES}`);
  return stop.slice(0, MAX_STOP_SEQUENCES);
}

function atMost(
  most: number,
  value: number,
  { name, dropped }: { readonly name: string; readonly dropped: DroppedParameters },
): number {
  if (value > most) dropped.add(name, 'clamped', `to ${most}`);
  return Math.min(value, most);
}

function answerFormOf(call: ProviderCall, dropped: DroppedParameters): WireObject {
  const { choiceCount, responseFormat } = call.request;
  return {
    candidateCount: choiceCount > 1 ? atMost(MAX_CANDIDATES, choiceCount, { name: 'n', dropped }) : undefined,
    ...(responseFormat && toResponseFormat(responseFormat, call, dropped)),
  };
}

function toResponseFormat(
  format: ResponseFormat,
  call: ProviderCall,
  dropped: DroppedParameters,
): WireObject {
  if (format.type === 'text') return {};
  const json = { responseMimeType: 'application/json' };
  if (format.type === 'json_object' || !format.schema) return json;
  if (!call.traits.jsonSchema) {
    dropped.add('response_format', 'rewritten', 'json_schema became json_object');
    return json;
  }
  const ignored = new Set<string>();
  const schema = toGeminiSchema(format.schema, ignored);
  if (ignored.size > 0)
    dropped.drop('response_format.json_schema.schema', `no effect there: ${[...ignored].join(', ')}`);
  return { ...json, responseJsonSchema: withNames(schema, format) };
}

/** What a client says about its schema from outside, said inside, where the model reads it. */
function withNames(
  schema: WireObject,
  { name, description }: { readonly name?: string; readonly description?: string },
): WireObject {
  if ('$ref' in schema) return schema;
  return {
    ...(name !== undefined && { title: name }),
    ...(description !== undefined && { description }),
    ...schema,
  };
}

function serviceTierOf(call: ProviderCall, dropped: DroppedParameters): string | undefined {
  const { serviceTier } = call.request;
  if (serviceTier === 'flex') return 'flex';
  if (serviceTier === 'priority' && call.traits.serviceTiers?.includes('priority') === true)
    return 'priority';
  if (serviceTier !== undefined && serviceTier !== 'auto' && serviceTier !== 'default')
    dropped.drop('service_tier', 'what this tier costs for the model is not known');
  return undefined;
}

function reportRest({ request }: ProviderCall, dropped: DroppedParameters): void {
  const unknown = {
    user: request.user,
    metadata: request.metadata,
    prompt_cache_key: request.promptCacheKey,
    verbosity: request.verbosity,
    ...request.extensions,
  };
  for (const [name, value] of Object.entries(unknown))
    if (value !== undefined && !ROUTER_FIELDS.has(name)) dropped.drop(name, 'the provider does not know it');
}

import type { ProviderCall } from '../../../llm/chat-adapter';
import type { ReasoningRequest, ResponseFormat, ToolChoice, ToolDefinition } from '../../../llm/chat-request';
import type { DroppedParameter } from '../../../llm/chat-result';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { ROUTER_FIELDS } from '../../wire/router-fields';
import { toOpenAiMessages } from './to-openai-messages';
import type { OpenAiWireProfile } from './wire-profile';

type WireObject = Record<string, unknown>;

export interface OpenAiRequest {
  /** JSON text of the body. */
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
}

/** Tiers that never cost more than the listed price. */
/** Tiers that cost no more than the list says. */
const CHEAP_SERVICE_TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'flex']);

/** Maps a request to OpenAI's chat completions format. Nothing is left out or changed without being reported. */
export function toOpenAiRequest(
  call: ProviderCall,
  profile: OpenAiWireProfile,
  options: { readonly stream: boolean },
): OpenAiRequest {
  const mapping: Mapping = { call, profile, dropped: new DroppedParameters(), body: {} };
  const { body, dropped } = mapping;
  body['model'] = call.model;
  body['messages'] = toOpenAiMessages(call.request.messages, profile, dropped);
  body[limitField(call, profile)] = call.maxOutputTokens;
  if (options.stream) {
    body['stream'] = true;
    body['stream_options'] = { include_usage: true };
  }
  if (call.traits.reasoning) Object.assign(body, profile.reasoningFields);
  addSampling(mapping);
  addTools(mapping);
  addAnswerForm(mapping);
  addVendorFields(mapping);
  addExtensions(mapping);
  applyProfile(mapping);
  return { body: JSON.stringify(body), droppedParameters: dropped.list() };
}

interface Mapping {
  readonly call: ProviderCall;
  readonly profile: OpenAiWireProfile;
  readonly dropped: DroppedParameters;
  readonly body: WireObject;
}

function limitField(call: ProviderCall, profile: OpenAiWireProfile): string {
  if (!call.traits.reasoning) return profile.maxTokensField;
  return profile.reasoningMaxTokensField ?? 'max_completion_tokens';
}

/** OpenAI's reasoning models answer 400 to these, so they are left out and reported. */
function addSampling(mapping: Mapping): void {
  const { call, body, dropped } = mapping;
  const { sampling, logprobs, stop } = call.request;
  const fields: WireObject = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    logit_bias: sampling.logitBias,
    ...(logprobs && logprobFields(logprobs, mapping.profile)),
  };
  const isFixed = samplingIsFixed(mapping);
  for (const name in fields) {
    if (fields[name] === undefined) continue;
    if (isFixed) dropped.drop(name, 'a reasoning model does not take it');
    else body[name] = fields[name];
  }
  if (sampling.seed !== undefined) body['seed'] = sampling.seed;
  addIfKnown(mapping, 'top_k', sampling.topK);
  addIfKnown(mapping, 'min_p', sampling.minP);
  if (stop && stop.length > 0) addStop(mapping, stop);
}

function samplingIsFixed({ call, profile }: Mapping): boolean {
  return call.traits.reasoning && call.traits.freeSampling !== true && profile.samplesWhileReasoning !== true;
}

function logprobFields(asked: { readonly top?: number }, profile: OpenAiWireProfile): WireObject {
  if (profile.countedLogprobs === true) return { logprobs: Math.max(1, asked.top ?? 1) };
  return { logprobs: true, top_logprobs: asked.top };
}

function addStop(mapping: Mapping, stop: readonly string[]): void {
  const { profile, body, dropped } = mapping;
  if (samplingIsFixed(mapping) && profile.maxStopSequences !== undefined) {
    dropped.drop('stop', 'a reasoning model does not take it');
    return;
  }
  const most = profile.maxStopSequences ?? stop.length;
  if (stop.length > most) dropped.add('stop', 'clamped', `to the first ${most}`);
  body['stop'] = stop.slice(0, most);
}

function addTools({ call, profile, body, dropped }: Mapping): void {
  const { tools = [], toolChoice, parallelToolCalls } = call.request;
  if (tools.length === 0) return;
  if (!call.traits.tools) {
    dropped.drop('tools', 'the model has no tools');
    return;
  }
  const mapped = tools.map((tool) => toTool(tool, profile, dropped)).filter((tool) => tool !== undefined);
  if (mapped.length === 0) return;
  body['tools'] = mapped;
  if (parallelToolCalls !== undefined) body['parallel_tool_calls'] = parallelToolCalls;
  const choice = toolChoice && toToolChoice(toolChoice, profile);
  if (choice !== undefined) body['tool_choice'] = choice;
  else if (toolChoice) dropped.drop('tool_choice', 'a form of another dialect');
}

function toTool(
  tool: ToolDefinition,
  profile: OpenAiWireProfile,
  dropped: DroppedParameters,
): WireObject | undefined {
  switch (tool.kind) {
    case 'function': {
      if (tool.cacheMark) dropped.drop('cache_control', 'the provider caches by itself');
      const { name, description, parameters, strict } = tool;
      return { type: 'function', function: { name, description, parameters, strict } };
    }
    case 'custom':
      if (profile.functionToolsOnly === true) {
        dropped.drop('tools', 'the provider takes functions only');
        return undefined;
      }
      return {
        type: 'custom',
        custom: { name: tool.name, description: tool.description, format: tool.format },
      };
    case 'native':
      if (tool.dialect === 'openai-chat' && profile.functionToolsOnly !== true) return { ...tool.value };
      dropped.drop('tools', `a tool that only ${tool.dialect} runs`);
      return undefined;
  }
}

function toToolChoice(choice: ToolChoice, profile: OpenAiWireProfile): unknown {
  switch (choice.mode) {
    case 'auto':
    case 'none':
      return choice.mode;
    case 'required':
      return profile.requiredToolChoice ?? choice.mode;
    case 'tool':
      if (choice.kind === 'custom' && profile.functionToolsOnly === true) return undefined;
      return { type: choice.kind, [choice.kind]: { name: choice.name } };
    case 'native':
      return choice.dialect === 'openai-chat' && profile.functionToolsOnly !== true
        ? choice.value
        : undefined;
  }
}

function addAnswerForm(mapping: Mapping): void {
  const { call, body, dropped } = mapping;
  const { responseFormat, choiceCount, reasoning } = call.request;
  if (choiceCount > 1) {
    if (choiceCount <= (mapping.profile.maxChoices ?? choiceCount)) body['n'] = choiceCount;
    else dropped.add('n', 'clamped', 'the provider gives one answer');
  }
  if (responseFormat) body['response_format'] = toResponseFormat(responseFormat, mapping);
  if (reasoning) addReasoning(mapping, reasoning);
}

function addReasoning({ call, profile, body, dropped }: Mapping, reasoning: ReasoningRequest): void {
  const { effort, budgetTokens, mode, summary } = reasoning;
  if (effort !== undefined) {
    const level = levelOf(effort, profile);
    if (!call.traits.reasoning) dropped.drop('reasoning_effort', 'the model does not reason');
    else if (level === undefined) dropped.drop('reasoning_effort', 'a level the provider does not know');
    else body['reasoning_effort'] = level;
    if (level !== effort && body['reasoning_effort'] !== undefined)
      dropped.add('reasoning_effort', 'clamped', `to ${level}`);
  }
  const isSwitch = profile.reasoningSwitch === true && call.traits.reasoning;
  if (isSwitch && mode !== undefined) body['reasoning'] = { enabled: mode !== 'disabled' };
  if (budgetTokens !== undefined || (mode !== undefined && !isSwitch)) dropped.drop('thinking');
  if (summary !== undefined) dropped.drop('reasoning.summary');
}

function toResponseFormat(format: ResponseFormat, { call, dropped }: Mapping): WireObject {
  if (format.type !== 'json_schema') return { type: format.type };
  if (!call.traits.jsonSchema) {
    dropped.add('response_format', 'rewritten', 'json_schema became json_object');
    return { type: 'json_object' };
  }
  const { description, schema, strict } = format;
  return { type: 'json_schema', json_schema: { name: format.name ?? 'answer', description, schema, strict } };
}

function addVendorFields(mapping: Mapping): void {
  const { request } = mapping.call;
  addIfKnown(mapping, 'user', request.user);
  addIfKnown(mapping, 'metadata', request.metadata);
  addIfKnown(mapping, 'prompt_cache_key', request.promptCacheKey);
  addIfKnown(mapping, 'verbosity', request.verbosity);
  addServiceTier(mapping);
}

/** A dearer tier only where its price is known: the reservation covers it then. */
function addServiceTier(mapping: Mapping): void {
  const { request, traits } = mapping.call;
  const { serviceTier } = request;
  if (serviceTier === undefined) return;
  const billedAs = serviceTier === 'fast' ? 'priority' : serviceTier;
  if (CHEAP_SERVICE_TIERS.has(serviceTier) || traits.serviceTiers?.includes(billedAs) === true)
    addIfKnown(mapping, 'service_tier', serviceTier);
  else mapping.dropped.drop('service_tier', 'what this tier costs for the model is not known');
}

function addExtensions(mapping: Mapping): void {
  const { extensions, dialect } = mapping.call.request;
  for (const name in extensions) {
    if (ROUTER_FIELDS.has(name)) continue;
    if (dialect === 'openai-chat') addIfKnown(mapping, name, extensions[name]);
    else mapping.dropped.drop(name);
  }
}

function levelOf(effort: string, { reasoningEfforts }: OpenAiWireProfile): string | undefined {
  if (!reasoningEfforts) return effort;
  return Object.hasOwn(reasoningEfforts, effort) ? reasoningEfforts[effort] : undefined;
}

/** Ours and not the client's: leaving it out is no loss to report. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['stream_options']);

function applyProfile({ profile, body, dropped }: Mapping): void {
  for (const name of profile.unknownFields ?? []) {
    if (body[name] === undefined) continue;
    body[name] = undefined;
    if (!OWN_FIELDS.has(name)) dropped.drop(name, 'the provider does not know it');
  }
  for (const [name, theirs] of Object.entries(profile.renamedFields ?? {})) {
    if (body[name] === undefined) continue;
    body[theirs] = body[name];
    body[name] = undefined;
  }
  profile.adapt?.(body, dropped);
}

function addIfKnown({ profile, body, dropped }: Mapping, name: string, value: unknown): void {
  if (value === undefined) return;
  if (profile.knownFields.has(name)) body[name] = value;
  else dropped.drop(name, 'the provider does not know it');
}

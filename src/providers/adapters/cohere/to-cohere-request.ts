import type { ProviderCall } from '../../../llm/chat-adapter';
import type { FunctionTool, ReasoningRequest, ToolChoice } from '../../../llm/chat-request';
import type { DroppedParameter } from '../../../llm/chat-result';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { ROUTER_FIELDS } from '../../wire/router-fields';
import { toCohereMessages } from './to-cohere-messages';

const MAX_STOP_SEQUENCES = 5;
/** Cohere's own fields that cost nothing extra. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  'safety_mode',
  'documents',
  'citation_options',
  'priority',
]);
/** Thinking tokens for the levels of effort; a level above has no bound but the answer's. */
const BUDGET_OF_EFFORT: Readonly<Record<string, number>> = { minimal: 512, low: 1_024, medium: 8_192 };

interface Mapping {
  readonly call: ProviderCall;
  readonly dropped: DroppedParameters;
  readonly body: Record<string, unknown>;
}

/** Maps a request to Cohere's v2 chat. Nothing is left out or changed without being reported. */
export function toCohereRequest(
  call: ProviderCall,
  options: { readonly stream: boolean },
): { readonly body: string; readonly droppedParameters: readonly DroppedParameter[] } {
  const mapping: Mapping = { call, dropped: new DroppedParameters(), body: {} };
  const { body, dropped } = mapping;
  body['model'] = call.model;
  body['messages'] = toCohereMessages(call.request.messages, dropped);
  body['max_tokens'] = call.maxOutputTokens;
  body['stream'] = options.stream;
  addSampling(mapping);
  addTools(mapping);
  addAnswerForm(mapping);
  dropUnknown(mapping);
  return { body: JSON.stringify(body), droppedParameters: dropped.list() };
}

function addSampling({ call, dropped, body }: Mapping): void {
  const { sampling, logprobs, stop } = call.request;
  body['temperature'] = sampling.temperature;
  body['p'] = sampling.topP;
  body['k'] = sampling.topK;
  body['seed'] = sampling.seed;
  body['frequency_penalty'] = clamped('frequency_penalty', sampling.frequencyPenalty, dropped);
  body['presence_penalty'] = clamped('presence_penalty', sampling.presencePenalty, dropped);
  if (logprobs) body['logprobs'] = true;
  if (logprobs?.top !== undefined && logprobs.top > 0)
    dropped.drop('top_logprobs', 'only the chosen tokens are listed');
  if (!stop || stop.length === 0) return;
  if (stop.length > MAX_STOP_SEQUENCES) dropped.add('stop', 'clamped', `to the first ${MAX_STOP_SEQUENCES}`);
  body['stop_sequences'] = stop.slice(0, MAX_STOP_SEQUENCES);
}

function clamped(name: string, value: number | undefined, dropped: DroppedParameters): number | undefined {
  if (value === undefined) return undefined;
  const fitting = Math.min(Math.max(value, 0), 1);
  if (fitting !== value) dropped.add(name, 'clamped', `to ${fitting}`);
  return fitting;
}

function addTools({ call, dropped, body }: Mapping): void {
  const { tools = [], toolChoice, parallelToolCalls } = call.request;
  if (tools.length === 0) return;
  if (!call.traits.tools) {
    dropped.drop('tools', 'the model has no tools');
    return;
  }
  if (parallelToolCalls === false) dropped.drop('parallel_tool_calls', 'the provider decides by itself');
  const functions = tools.filter((tool) => tool.kind === 'function');
  if (functions.length < tools.length) dropped.drop('tools', 'the provider takes functions only');
  const named = namedIn(functions, toolChoice, dropped);
  const offered = named ? [named] : functions;
  if (offered.length === 0) return;
  body['tools'] = offered.map((tool) => toTool(tool, dropped));
  body['tool_choice'] = named ? 'REQUIRED' : toToolChoice(toolChoice, dropped);
  if (!offered.some((tool) => tool.strict === true)) return;
  body['strict_tools'] = true;
  if (!offered.every((tool) => tool.strict === true))
    dropped.add('tools.strict', 'rewritten', 'it counts for all tools or none');
}

/** There is no word for one tool; offering no other comes to the same. */
function namedIn(
  functions: readonly FunctionTool[],
  choice: ToolChoice | undefined,
  dropped: DroppedParameters,
): FunctionTool | undefined {
  if (choice?.mode !== 'tool') return undefined;
  const found = functions.find((tool) => tool.name === choice.name);
  if (found) dropped.add('tool_choice', 'rewritten', 'only the named tool is offered');
  return found;
}

function toTool(tool: FunctionTool, dropped: DroppedParameters): object {
  if (tool.cacheMark) dropped.drop('cache_control', 'the provider caches by itself');
  const { name, description, parameters = { type: 'object', properties: {} } } = tool;
  return { type: 'function', function: { name, description, parameters } };
}

function toToolChoice(choice: ToolChoice | undefined, dropped: DroppedParameters): string | undefined {
  if (!choice || choice.mode === 'auto') return undefined;
  if (choice.mode === 'none') return 'NONE';
  if (choice.mode === 'required') return 'REQUIRED';
  dropped.drop('tool_choice', 'a form of another dialect');
  return undefined;
}

function addAnswerForm(mapping: Mapping): void {
  const { call, dropped, body } = mapping;
  const { responseFormat, choiceCount, reasoning } = call.request;
  if (choiceCount > 1) dropped.add('n', 'clamped', 'the provider gives one answer');
  if (reasoning) addThinking(mapping, reasoning);
  if (!responseFormat || responseFormat.type === 'text') return;
  if (body['tools'] !== undefined) {
    dropped.drop('response_format', 'the provider does not take it together with tools');
    return;
  }
  const schema = responseFormat.type === 'json_schema' ? responseFormat.schema : undefined;
  if (schema && !call.traits.jsonSchema)
    dropped.add('response_format', 'rewritten', 'json_schema became json_object');
  body['response_format'] = {
    type: 'json_object',
    ...(schema && call.traits.jsonSchema && { json_schema: schema }),
  };
}

function addThinking({ call, dropped, body }: Mapping, reasoning: ReasoningRequest): void {
  const { effort, budgetTokens, mode, summary } = reasoning;
  if (summary !== undefined) dropped.drop('reasoning.summary');
  if (!call.traits.reasoning) {
    if (effort !== undefined) dropped.drop('reasoning_effort', 'the model does not reason');
    if (budgetTokens !== undefined || mode !== undefined)
      dropped.drop('thinking', 'the model does not reason');
    return;
  }
  if (mode === 'disabled' || effort === 'none') {
    body['thinking'] = { type: 'disabled' };
    return;
  }
  const byEffort =
    effort !== undefined && Object.hasOwn(BUDGET_OF_EFFORT, effort) ? BUDGET_OF_EFFORT[effort] : undefined;
  if (effort !== undefined) dropped.add('reasoning_effort', 'rewritten', 'as a budget of thinking tokens');
  body['thinking'] = { type: 'enabled', token_budget: budgetTokens ?? byEffort };
}

function dropUnknown({ call, dropped, body }: Mapping): void {
  const { request } = call;
  const { extensions } = request;
  const unknown = {
    logit_bias: request.sampling.logitBias,
    min_p: request.sampling.minP,
    user: request.user,
    metadata: request.metadata,
    service_tier: request.serviceTier,
    prompt_cache_key: request.promptCacheKey,
    verbosity: request.verbosity,
  };
  for (const [name, value] of Object.entries(unknown)) {
    if (value !== undefined) dropped.drop(name, 'the provider does not know it');
  }
  for (const name in extensions) {
    if (ROUTER_FIELDS.has(name)) continue;
    if (KNOWN_EXTENSIONS.has(name) && request.dialect === 'openai-chat') body[name] = extensions[name];
    else dropped.drop(name, 'the provider does not know it');
  }
}

import { createHash } from 'node:crypto';
import type { ProviderCall } from '../../../llm/chat-adapter';
import type { DroppedParameter } from '../../../llm/chat-result';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { ROUTER_FIELDS } from '../../wire/router-fields';
import { CacheMarks } from './cache-marks';
import { isSameDialect, type MappingContext, type WireObject } from './mapping-context';
import { toAnthropicFormat } from './to-anthropic-format';
import { toAnthropicPrompt } from './to-anthropic-messages';
import { addSampling } from './to-anthropic-sampling';
import { toAnthropicThinking, type AnthropicThinking } from './to-anthropic-thinking';
import { isForced, toAnthropicTools } from './to-anthropic-tools';
import { ToolCallIds } from './tool-call-ids';

export interface AnthropicRequest {
  /** JSON text of the body. */
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
  /** Name of the tool whose arguments are the answer; undefined when the answer is plain text. */
  readonly jsonTool: string | undefined;
}

/** Fields of Anthropic's dialect that are passed on. Those that need a beta header, or cost more than the listed price (`speed`, `inference_geo`), are not. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(['cache_control', 'container', 'diagnostics']);
/** Tiers by our names. Others cost more, or less, than the listed price, or are unknown here. */
const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
  ['standard_only', 'standard_only'],
]);

/** Maps a request to Anthropic's Messages format. Nothing is left out or changed without being reported. */
export function toAnthropicRequest(
  call: ProviderCall,
  options: { readonly stream: boolean },
): AnthropicRequest {
  const dropped = new DroppedParameters();
  const context: MappingContext = { call, dropped, marks: new CacheMarks(), ids: new ToolCallIds() };
  const { tools, format, jsonTool, instruction } = toAnthropicFormat(context, toAnthropicTools(context));
  const thinking = toAnthropicThinking(context, { toolIsForced: isForced(tools.choice) });
  const { system, messages } = toAnthropicPrompt(call.request.messages, context);
  if (instruction !== undefined) system.push({ type: 'text', text: instruction });

  const body: WireObject = { model: call.model, max_tokens: call.maxOutputTokens };
  if (system.length > 0) body['system'] = asShortAsPossible(system);
  body['messages'] = messages;
  if (tools.tools.length > 0) body['tools'] = tools.tools;
  if (tools.choice) body['tool_choice'] = tools.choice;
  if (options.stream) body['stream'] = true;
  addOutput(body, thinking, format);
  addSampling(body, context, thinking);
  addVendorFields(body, context);
  addExtensions(body, context);
  context.marks.settle(dropped, { alreadyTaken: body['cache_control'] === undefined ? 0 : 1 });
  return { body: JSON.stringify(body), droppedParameters: dropped.list(), jsonTool };
}

/** One plain text is written as a text. */
function asShortAsPossible(system: readonly WireObject[]): unknown {
  const [first] = system;
  const isPlain = system.length === 1 && first?.['type'] === 'text' && Object.keys(first).length === 2;
  return isPlain ? first['text'] : system;
}

function addOutput(
  body: WireObject,
  { thinking, effort }: AnthropicThinking,
  format: WireObject | undefined,
): void {
  if (thinking) body['thinking'] = thinking;
  if (effort === undefined && !format) return;
  body['output_config'] = { ...(effort !== undefined && { effort }), ...(format && { format }) };
}

function addVendorFields(body: WireObject, context: MappingContext): void {
  const { call, dropped } = context;
  const { request } = call;
  addUser(body, context);
  if (request.choiceCount > 1) dropped.add('n', 'clamped', 'to 1: the provider gives one answer');
  if (request.promptCacheKey !== undefined) dropped.drop('prompt_cache_key', 'the provider caches by marks');
  if (request.verbosity !== undefined) dropped.drop('verbosity', 'the provider does not know it');
  if (request.serviceTier === undefined) return;
  const tier = SERVICE_TIERS.get(request.serviceTier);
  if (tier !== undefined) body['service_tier'] = tier;
  else dropped.drop('service_tier', 'the provider has no such tier at the listed price');
}

/** Anthropic wants something opaque here, never a name or an address. */
function addUser(body: WireObject, { call, dropped }: MappingContext): void {
  const { user, metadata = {} } = call.request;
  const id = user ?? (typeof metadata['user_id'] === 'string' ? metadata['user_id'] : undefined);
  if (id !== undefined) {
    body['metadata'] = { user_id: createHash('sha256').update(id).digest('hex') };
    dropped.add(user === undefined ? 'metadata.user_id' : 'user', 'rewritten', 'sent as a hash');
  }
  const isUsedUp = user === undefined && id !== undefined && Object.keys(metadata).length === 1;
  if (call.request.metadata && !isUsedUp) dropped.drop('metadata', 'the provider does not keep it');
}

function addExtensions(body: WireObject, context: MappingContext): void {
  const { extensions } = context.call.request;
  for (const name in extensions) {
    if (ROUTER_FIELDS.has(name) || extensions[name] === undefined) continue;
    if (isSameDialect(context) && KNOWN_EXTENSIONS.has(name)) body[name] = extensions[name];
    else context.dropped.drop(name, 'not passed on to the provider');
  }
}

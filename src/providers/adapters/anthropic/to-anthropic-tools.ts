import type { JsonObject } from '../../../common/json';
import type { ChatMessage, FunctionTool, ToolChoice, ToolDefinition } from '../../../llm/chat-request';
import { isSameDialect, type MappingContext, type WireObject } from './mapping-context';

export interface AnthropicTools {
  readonly tools: WireObject[];
  readonly choice: WireObject | undefined;
}

/** Tools, and which of them the model may or must use. */
export function toAnthropicTools(context: MappingContext): AnthropicTools {
  const { call, dropped } = context;
  const { tools = [], messages } = call.request;
  if (tools.length > 0 && !call.traits.tools) {
    dropped.drop('tools', 'the model has no tools');
    return { tools: [], choice: undefined };
  }
  const mapped = tools.map((tool) => toTool(tool, context)).filter((tool) => tool !== undefined);
  if (mapped.length > 0) return { tools: mapped, choice: toChoice(mapped, context) };
  const past = call.traits.tools ? toolsOfThePast(messages) : [];
  if (past.length === 0) return { tools: [], choice: undefined };
  dropped.add('tools', 'defaulted', 'to the names of earlier calls, not to be called again');
  return { tools: past, choice: { type: 'none' } };
}

function toTool(tool: ToolDefinition, context: MappingContext): WireObject | undefined {
  switch (tool.kind) {
    case 'function':
      return toFunctionTool(tool, context);
    case 'native':
      if (tool.dialect === 'anthropic-messages') return { ...tool.value };
      context.dropped.drop('tools', `a tool that only ${tool.dialect} runs`);
      return undefined;
    case 'custom':
      context.dropped.drop('tools', 'a tool that takes free text');
      return undefined;
  }
}

function toFunctionTool(tool: FunctionTool, context: MappingContext): WireObject {
  const wire: WireObject = { name: tool.name };
  if (tool.description !== undefined) wire['description'] = tool.description;
  wire['input_schema'] = toInputSchema(tool.parameters, context);
  if (tool.strict === true) {
    if (context.call.traits.jsonSchema) wire['strict'] = true;
    else context.dropped.drop('tools.strict', 'the model cannot promise a schema');
  }
  context.marks.set(wire, tool.cacheMark);
  return wire;
}

/** The schema goes through as it is; only the type that Anthropic insists on is added where it is missing. */
function toInputSchema(parameters: JsonObject | undefined, { dropped }: MappingContext): JsonObject {
  if (!parameters) return { type: 'object', properties: {} };
  if (parameters['type'] === 'object') return parameters;
  dropped.add('tools.parameters', 'rewritten', 'the type object was added');
  return { ...parameters, type: 'object' };
}

/** Anthropic refuses a conversation with tool calls when no tool is defined; other vendors do not. */
function toolsOfThePast(messages: readonly ChatMessage[]): WireObject[] {
  const names = new Set<string>();
  for (const message of messages) {
    for (const part of message.content) {
      if (part.type === 'tool-call' && part.kind !== 'server') names.add(part.name);
    }
  }
  return Array.from(names, (name) => ({ name, input_schema: { type: 'object' } }));
}

function toChoice(tools: readonly WireObject[], context: MappingContext): WireObject | undefined {
  const { toolChoice, parallelToolCalls } = context.call.request;
  const choice = toolChoice && toWireChoice(toolChoice, tools, context);
  if (parallelToolCalls !== false || choice?.['type'] === 'none') return choice;
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true };
}

function toWireChoice(
  choice: ToolChoice,
  tools: readonly WireObject[],
  context: MappingContext,
): WireObject | undefined {
  switch (choice.mode) {
    case 'auto':
    case 'none':
      return { type: choice.mode };
    case 'required':
      return { type: 'any' };
    case 'tool':
      if (tools.some((tool) => tool['name'] === choice.name)) return { type: 'tool', name: choice.name };
      context.dropped.drop('tool_choice', 'its tool is not among those the provider got');
      return undefined;
    case 'native':
      if (choice.dialect === 'anthropic-messages' && isSameDialect(context)) return { ...choice.value };
      context.dropped.drop('tool_choice', 'a form of another dialect');
      return undefined;
  }
}

/** The model must call a tool: with that, Anthropic does not let it think. */
export function isForced(choice: WireObject | undefined): boolean {
  return choice?.['type'] === 'any' || choice?.['type'] === 'tool';
}

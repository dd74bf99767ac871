import type { ProviderCall } from '../../../llm/chat-adapter';
import type { FunctionTool, ToolChoice, ToolDefinition } from '../../../llm/chat-request';
import type { DroppedParameters } from '../../wire/dropped-parameters';
import { toGeminiSchema } from './gemini-schema';

type WireObject = Record<string, unknown>;

const MODES = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;

/** The members of the body that say what the model may call; none when it may call nothing. */
export function toGeminiTools(call: ProviderCall, dropped: DroppedParameters): WireObject {
  const { tools = [], toolChoice, parallelToolCalls } = call.request;
  const declarations = call.traits.tools ? declarationsOf(tools, dropped) : [];
  if (tools.length > 0 && !call.traits.tools) dropped.drop('tools', 'the model has no tools');
  if (parallelToolCalls === false)
    dropped.drop('parallel_tool_calls', 'the provider decides how many calls it makes at once');
  if (declarations.length === 0) {
    if (toolChoice) dropped.drop('tool_choice', 'there is no tool to choose');
    return {};
  }
  const config = toolChoice && toCallingConfig(toolChoice);
  if (toolChoice && !config) dropped.drop('tool_choice', 'a form of another dialect');
  return {
    tools: [{ functionDeclarations: declarations }],
    ...(config && { toolConfig: { functionCallingConfig: config } }),
  };
}

function declarationsOf(tools: readonly ToolDefinition[], dropped: DroppedParameters): WireObject[] {
  const ignored = new Set<string>();
  const declarations: WireObject[] = [];
  for (const tool of tools) {
    if (tool.kind === 'function') declarations.push(toDeclaration(tool, ignored, dropped));
    else if (tool.kind === 'custom') dropped.drop('tools', 'the provider has no free-text tools');
    else dropped.drop('tools', `a tool that only ${tool.dialect} runs, or one whose price is not listed`);
  }
  if (ignored.size > 0)
    dropped.drop('tools.function.parameters', `no effect there: ${[...ignored].join(', ')}`);
  return declarations;
}

function toDeclaration(tool: FunctionTool, ignored: Set<string>, dropped: DroppedParameters): WireObject {
  if (tool.cacheMark) dropped.drop('cache_control', 'the provider caches by itself');
  if (tool.strict === true)
    dropped.drop('tools.function.strict', 'the provider has no strictness for single tools');
  const { name, description, parameters } = tool;
  return {
    name,
    description,
    parametersJsonSchema: parameters && toGeminiSchema(parameters, ignored),
  };
}

function toCallingConfig(choice: ToolChoice): WireObject | undefined {
  if (choice.mode === 'tool')
    return choice.kind === 'function' ? { mode: 'ANY', allowedFunctionNames: [choice.name] } : undefined;
  return choice.mode === 'native' ? undefined : { mode: MODES[choice.mode] };
}

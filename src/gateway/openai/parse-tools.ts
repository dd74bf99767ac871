import { isJsonObject } from '../../common/json';
import type { FunctionTool, ToolChoice, ToolDefinition } from '../../llm/chat-request';
import { parseCacheMark } from './parse-content';
import { invalidField, type WireReader } from './wire-reader';

const MAX_TOOLS = 1_024;
const FUNCTION_TOOL: ReadonlySet<string> = new Set(['type', 'function', 'cache_control']);
const FUNCTION_DEFINITION: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict']);
const CUSTOM_TOOL: ReadonlySet<string> = new Set(['type', 'custom']);
const CUSTOM_DEFINITION: ReadonlySet<string> = new Set(['name', 'description', 'format']);
const NAME_ONLY: ReadonlySet<string> = new Set(['name']);

/** Reads `tools`, or the deprecated `functions`; undefined when there are none. */
export function parseTools(reader: WireReader): readonly ToolDefinition[] | undefined {
  const tools = reader.children('tools') ?? [];
  const functions = reader.children('functions') ?? [];
  if (tools.length > MAX_TOOLS) throw invalidField('tools', `at most ${MAX_TOOLS} tools`);
  if (functions.length > MAX_TOOLS) throw invalidField('functions', `at most ${MAX_TOOLS} functions`);
  if (tools.length > 0 && functions.length > 0)
    throw invalidField('functions', "use either 'tools' or 'functions'");
  const parsed = tools.length > 0 ? tools.map(parseTool) : functions.map(parseFunction);
  return parsed.length === 0 ? undefined : parsed;
}

function parseTool(tool: WireReader): ToolDefinition {
  const type = tool.requiredText('type');
  if (type === 'function') {
    tool.ignoreRest(FUNCTION_TOOL);
    return { ...parseFunction(tool.requiredChild('function')), ...markOf(tool) };
  }
  if (type !== 'custom') return { kind: 'native', dialect: 'openai-chat', value: tool.source };
  tool.ignoreRest(CUSTOM_TOOL);
  const custom = tool.requiredChild('custom');
  custom.ignoreRest(CUSTOM_DEFINITION);
  return {
    kind: 'custom',
    name: custom.requiredText('name'),
    description: custom.text('description'),
    format: custom.object('format'),
  };
}

function markOf(tool: WireReader): Pick<FunctionTool, 'cacheMark'> {
  const cacheMark = parseCacheMark(tool);
  return cacheMark ? { cacheMark } : {};
}

function parseFunction(definition: WireReader): FunctionTool {
  definition.ignoreRest(FUNCTION_DEFINITION);
  return {
    kind: 'function',
    name: definition.requiredText('name'),
    description: definition.text('description'),
    parameters: definition.object('parameters'),
    strict: definition.flag('strict'),
  };
}

/** Reads `tool_choice`, or the deprecated `function_call`. */
export function parseToolChoice(reader: WireReader): ToolChoice | undefined {
  const modern = reader.source['tool_choice'] ?? undefined;
  const legacy = reader.source['function_call'] ?? undefined;
  if (modern !== undefined && legacy !== undefined)
    throw invalidField('function_call', "use either 'tool_choice' or 'function_call'");
  if (modern !== undefined) return parseModernChoice(reader, modern);
  if (legacy === undefined) return undefined;
  if (legacy === 'auto' || legacy === 'none') return { mode: legacy };
  return { mode: 'tool', kind: 'function', name: nameIn(reader.requiredChild('function_call')) };
}

function parseModernChoice(reader: WireReader, value: unknown): ToolChoice {
  if (value === 'auto' || value === 'none' || value === 'required') return { mode: value };
  if (!isJsonObject(value))
    throw invalidField('tool_choice', "expected 'auto', 'none', 'required' or an object");
  const choice = reader.requiredChild('tool_choice');
  const type = choice.requiredText('type');
  if (type !== 'function' && type !== 'custom') return { mode: 'native', dialect: 'openai-chat', value };
  choice.ignoreRest(type === 'function' ? FUNCTION_TOOL : CUSTOM_TOOL);
  return { mode: 'tool', kind: type, name: nameIn(choice.requiredChild(type)) };
}

function nameIn(target: WireReader): string {
  target.ignoreRest(NAME_ONLY);
  return target.requiredText('name');
}

import type { JsonObject } from '../../../common/json';
import type { ResponseFormat } from '../../../llm/chat-request';
import type { MappingContext, WireObject } from './mapping-context';
import type { AnthropicTools } from './to-anthropic-tools';
import { wantsThinking } from './to-anthropic-thinking';

/** How the answer gets the form the client asked for. */
export interface AnthropicFormat {
  /** For `output_config.format`. */
  readonly format?: WireObject;
  /** The tools, with the one that stands for the answer where the model knows no schemas. */
  readonly tools: AnthropicTools;
  /** Name of that tool: its arguments are the answer's text. */
  readonly jsonTool?: string;
  /** To be said to the model where nothing enforces the form. */
  readonly instruction?: string;
}

const INSTRUCTION =
  'Answer with a single JSON object and nothing else: no explanation before or after it and no code fence.';

/**
 * A schema is enforced by the vendor where the model can do it, else by a forced tool whose arguments are
 * the answer. Where neither is possible, and for `json_object`, which Anthropic has no equal to, the model
 * is only told; that is reported.
 */
export function toAnthropicFormat(context: MappingContext, tools: AnthropicTools): AnthropicFormat {
  const { responseFormat } = context.call.request;
  const { dropped, call } = context;
  if (!responseFormat || responseFormat.type === 'text') return { tools };
  const schema = responseFormat.type === 'json_schema' ? responseFormat.schema : undefined;
  if (!schema) {
    dropped.add('response_format', 'rewritten', 'became an instruction that nothing enforces');
    return { tools, instruction: INSTRUCTION };
  }
  if (call.traits.jsonSchema) return { tools, format: { type: 'json_schema', schema } };
  if (!canForce(schema, context, tools)) {
    dropped.add('response_format', 'rewritten', 'the schema became an instruction that nothing enforces');
    return { tools, instruction: `${INSTRUCTION} It must fit this JSON schema:\n${JSON.stringify(schema)}` };
  }
  dropped.add('response_format', 'rewritten', 'the schema became a forced tool');
  return withJsonTool(schema, responseFormat, tools);
}

/** A forced tool needs an object, excludes thinking, and cannot share the answer with a tool that is forced already. */
function canForce(schema: JsonObject, { call }: MappingContext, { choice }: AnthropicTools): boolean {
  if (!call.traits.tools || schema['type'] !== 'object') return false;
  const isTaken = choice?.['type'] === 'tool';
  return !isTaken && !(call.traits.reasoning && wantsThinking(call.request.reasoning));
}

function withJsonTool(
  schema: JsonObject,
  format: ResponseFormat,
  { tools, choice }: AnthropicTools,
): AnthropicFormat {
  let name = 'json_answer';
  while (tools.some((tool) => tool['name'] === name)) name += '_';
  const description =
    (format.type === 'json_schema' ? format.description : undefined) ?? 'Gives the answer in its final form.';
  const tool = { name, description, input_schema: schema };
  const isAlone = tools.length === 0 || choice?.['type'] === 'none';
  return {
    jsonTool: name,
    tools: {
      tools: [...tools, tool],
      choice: isAlone ? { type: 'tool', name, disable_parallel_tool_use: true } : { ...choice, type: 'any' },
    },
  };
}

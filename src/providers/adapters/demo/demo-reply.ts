import type { ProviderCall } from '../../../llm/chat-adapter';
import type { ChatRequest, CustomTool, FunctionTool, ToolDefinition } from '../../../llm/chat-request';
import type { FinishReason } from '../../../llm/chat-result';
import type { ToolResultPart } from '../../../llm/content-part';
import { lastUserText, textOfMessage } from '../../../llm/message-text';
import { demoText, subjectOf } from './demo-text';
import { toDemoTokens } from './demo-tokens';
import { exampleOf } from './schema-example';

/** One answer of a demo model, in tokens, cut to the limit of the call. */
export interface DemoReply {
  readonly reasoning: readonly string[];
  readonly text: readonly string[];
  readonly toolCalls: readonly DemoToolCall[];
  readonly finishReason: FinishReason;
}

export interface DemoToolCall {
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
  readonly arguments: readonly string[];
}

type CallableTool = FunctionTool | CustomTool;

/** The answer to a call; the same call always gets the same one. */
export function composeReply(call: ProviderCall, choice: number): DemoReply {
  const budget = new TokenBudget(call.maxOutputTokens);
  const reasoning = budget.take(reasoningFor(call));
  const tools = toolsToCall(call.request);
  if (tools.length > 0) {
    const toolCalls = tools.map((tool, index) => toToolCall(tool, { call, choice, index, budget }));
    return { reasoning, text: [], toolCalls, finishReason: budget.isSpent ? 'length' : 'tool_calls' };
  }
  const text = budget.take(cutAtStop(answerFor(call, choice), call.request.stop ?? []));
  return { reasoning, text, toolCalls: [], finishReason: budget.isSpent ? 'length' : 'stop' };
}

/** What is left of the output limit, over everything an answer consists of. */
class TokenBudget {
  private exceeded = false;

  constructor(private left: number) {}

  get isSpent(): boolean {
    return this.exceeded;
  }

  take(text: string): readonly string[] {
    const tokens = toDemoTokens(text);
    if (tokens.length > this.left) this.exceeded = true;
    const taken = tokens.slice(0, this.left);
    this.left -= taken.length;
    return taken;
  }
}

function reasoningFor(call: ProviderCall): string {
  const { reasoning } = call.request;
  if (!call.traits.reasoning || reasoning?.effort === 'none' || reasoning?.mode === 'disabled') return '';
  return 'Demo reasoning: looking for a sum, a count, a form or a tool in the question.';
}

/** Forms cannot carry a mark around them; there the model's name and the filled-in texts show what it is. */
function answerFor(call: ProviderCall, choice: number): string {
  const { request, model } = call;
  const question = lastUserText(request);
  const format = request.responseFormat;
  if (format?.type === 'json_schema')
    return JSON.stringify(exampleOf(format.schema ?? {}, `demo: ${subjectOf(question)}`));
  const result = lastToolResult(request);
  const said = result === undefined ? demoText(question) : `The tool answered: ${result}`;
  if (format?.type === 'json_object') return JSON.stringify({ demo: true, model, answer: said });
  return `[${model}] ${said}${choice === 0 ? '' : ` (alternative ${choice + 1})`}`;
}

function lastToolResult(request: ChatRequest): string | undefined {
  const last = request.messages.at(-1);
  const results = last?.content.filter((part): part is ToolResultPart => part.type === 'tool-result') ?? [];
  return last && results.length > 0 ? textOfMessage({ ...last, content: results }) : undefined;
}

/** Tools that must be called, or that the question mentions by name. Not right after a result, or it would never end. */
function toolsToCall(request: ChatRequest): readonly CallableTool[] {
  const choice = request.toolChoice;
  const tools = (request.tools ?? []).filter(isCallable);
  if (choice?.mode === 'none' || lastToolResult(request) !== undefined) return [];
  if (choice?.mode === 'tool') return tools.filter((tool) => tool.name === choice.name).slice(0, 1);
  const question = lastUserText(request).toLowerCase();
  const named = tools.filter((tool) => mentions(question, tool.name));
  const called = named.length === 0 && choice?.mode === 'required' ? tools.slice(0, 1) : named;
  return request.parallelToolCalls === false ? called.slice(0, 1) : called;
}

function isCallable(tool: ToolDefinition): tool is CallableTool {
  return tool.kind !== 'native';
}

function mentions(question: string, name: string): boolean {
  const lower = name.toLowerCase();
  return question.includes(lower) || question.includes(lower.replaceAll(/[_-]/g, ' '));
}

interface ToolCallPlace {
  readonly call: ProviderCall;
  readonly choice: number;
  readonly index: number;
  readonly budget: TokenBudget;
}

function toToolCall(tool: CallableTool, { call, choice, index, budget }: ToolCallPlace): DemoToolCall {
  const question = lastUserText(call.request);
  const input =
    tool.kind === 'custom'
      ? question
      : JSON.stringify(exampleOf(tool.parameters ?? {}, subjectOf(question)) ?? {});
  const argumentsText = tool.kind === 'function' && !input.startsWith('{') ? '{}' : input;
  return {
    id: `call_${call.attemptId}_${choice}_${index}`,
    name: tool.name,
    kind: tool.kind,
    arguments: budget.take(argumentsText),
  };
}

function cutAtStop(text: string, stops: readonly string[]): string {
  let end = text.length;
  for (const stop of stops) {
    const found = stop === '' ? -1 : text.indexOf(stop);
    if (found >= 0 && found < end) end = found;
  }
  return text.slice(0, end);
}

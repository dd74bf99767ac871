import { isJsonObject, parseJson } from '../../common/json';
import type { ChatRequest, FunctionTool } from '../../llm/chat-request';
import type { ChatChoice, ChatResult } from '../../llm/chat-result';
import type { ToolCallPart } from '../../llm/content-part';
import { matchesSchema } from './json-schema-check';
import { DOUBTS, REFUSAL_OPENINGS } from './refusal-phrases';

/** What is wrong with an answer. */
export type AnswerFault =
  | 'empty'
  | 'refusal'
  | 'truncated'
  | 'invalid_json'
  | 'schema_mismatch'
  | 'invalid_tool_call'
  | 'missing_tool_call'
  | 'repetitive'
  | 'unsure';

/** What can be seen on an answer without asking anybody. */
export interface AnswerSigns {
  readonly faults: readonly AnswerFault[];
  /** The form was asked for and is right: JSON, schema or tool calls. */
  readonly formHolds: boolean;
  /** Geometric mean of the probabilities of its tokens, where the vendor gave them. */
  readonly tokenProbability: number | undefined;
}

const OPENING_CHARACTERS = 200;
const SAME_LINES = 6;

/** Looks at the first choice. */
export function checkAnswer(request: ChatRequest, result: Pick<ChatResult, 'choices'>): AnswerSigns {
  const [choice] = result.choices;
  if (!choice) return { faults: ['empty'], formHolds: false, tokenProbability: undefined };
  const calls = choice.content.filter((part) => part.type === 'tool-call');
  const text = textOf(choice);
  const form = formFaults(request, text, calls);
  return {
    faults: [...contentFaults(choice, text, calls.length), ...form],
    formHolds: form.length === 0 && (calls.length > 0 || isJsonWanted(request)),
    tokenProbability: tokenProbabilityOf(choice),
  };
}

function contentFaults(choice: ChatChoice, text: string, calls: number): AnswerFault[] {
  const faults: AnswerFault[] = [];
  const declined = choice.content.some(({ type }) => type === 'refusal');
  if (declined || choice.finishReason === 'content_filter' || isRefusal(text)) faults.push('refusal');
  else if (text.trim() === '' && calls === 0) faults.push('empty');
  if (choice.finishReason === 'length') faults.push('truncated');
  if (isRepetitive(text)) faults.push('repetitive');
  if (isUnsure(text)) faults.push('unsure');
  return faults;
}

function formFaults(request: ChatRequest, text: string, calls: readonly ToolCallPart[]): AnswerFault[] {
  if (calls.length > 0) return calls.every((call) => isValidCall(request, call)) ? [] : ['invalid_tool_call'];
  const mode = request.toolChoice?.mode;
  if (mode === 'required' || mode === 'tool') return ['missing_tool_call'];
  if (!isJsonWanted(request)) return [];
  const value = parseJson(text);
  if (value === undefined) return ['invalid_json'];
  const format = request.responseFormat;
  if (format?.type === 'json_schema') return matchesSchema(value, format.schema) ? [] : ['schema_mismatch'];
  return isJsonObject(value) ? [] : ['schema_mismatch'];
}

function isJsonWanted({ responseFormat }: ChatRequest): boolean {
  return responseFormat?.type === 'json_object' || responseFormat?.type === 'json_schema';
}

/** A call of a tool the client offered, with arguments of the shape it described. */
function isValidCall({ tools = [] }: ChatRequest, call: ToolCallPart): boolean {
  if (call.kind !== 'function') return true;
  const tool = tools.find((one): one is FunctionTool => one.kind === 'function' && one.name === call.name);
  const value = parseJson(call.arguments);
  return tool !== undefined && isJsonObject(value) && matchesSchema(value, tool.parameters ?? {});
}

function textOf({ content }: ChatChoice): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function isRefusal(text: string): boolean {
  const opening = normalized(text.slice(0, OPENING_CHARACTERS));
  return REFUSAL_OPENINGS.some((phrase) => opening.startsWith(phrase));
}

function isUnsure(text: string): boolean {
  const opening = normalized(text.slice(0, OPENING_CHARACTERS));
  return DOUBTS.some((phrase) => opening.includes(phrase));
}

function normalized(text: string): string {
  return text.trim().toLowerCase().replaceAll('’', "'");
}

/** The same line over and over: a model that has lost its way. */
function isRepetitive(text: string): boolean {
  const times = new Map<string, number>();
  for (const line of text.split('\n')) {
    const key = line.trim();
    if (key.length < 12) continue;
    const count = (times.get(key) ?? 0) + 1;
    if (count >= SAME_LINES) return true;
    times.set(key, count);
  }
  return false;
}

function tokenProbabilityOf({ logprobs }: ChatChoice): number | undefined {
  const tokens = logprobs?.['content'];
  if (!Array.isArray(tokens) || tokens.length === 0) return undefined;
  let sum = 0;
  for (const token of tokens) {
    const logprob: unknown = isJsonObject(token) ? token['logprob'] : undefined;
    if (typeof logprob !== 'number' || !(logprob <= 0)) return undefined;
    sum += Math.max(logprob, -20);
  }
  return Math.exp(sum / tokens.length);
}

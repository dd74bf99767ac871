import type { ChatMessage, ReasoningRequest } from '../../../llm/chat-request';
import type { MappingContext, WireObject } from './mapping-context';
import { carriedThinking, hasSignedThinking } from './vendor-data';

export interface AnthropicThinking {
  readonly thinking?: WireObject;
  readonly effort?: string;
}

const LEAST_BUDGET = 1_024;
/** Share of the output limit that a level may think, for models that want a number. */
const SHARE_OF_EFFORT: Readonly<Record<string, number>> = {
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
};
/** What a budget amounts to, for models that want a word: the first level whose limit it does not exceed. */
const EFFORT_OF_BUDGET: readonly (readonly [number, string])[] = [
  [4_096, 'low'],
  [16_384, 'medium'],
  [Number.POSITIVE_INFINITY, 'high'],
];
const DISPLAY_OF_SUMMARY: Readonly<Record<string, string>> = {
  summarized: 'summarized',
  omitted: 'omitted',
  auto: 'summarized',
  concise: 'summarized',
  detailed: 'summarized',
};

/** True when the client wants the model to think, whatever comes of it. */
export function wantsThinking(reasoning: ReasoningRequest | undefined): boolean {
  return reasoning !== undefined && !isOff(reasoning);
}

/** How much the model shall think, in the way the model knows. */
export function toAnthropicThinking(
  context: MappingContext,
  options: { readonly toolIsForced: boolean },
): AnthropicThinking {
  const { traits, request } = context.call;
  const { reasoning } = request;
  if (!reasoning) return {};
  if (!traits.reasoning) return withoutThinking(reasoning, context, 'the model does not think');
  const byBudget = traits.reasoningControl === 'budget';
  const effort = byBudget ? undefined : effortOf(reasoning, context);
  if (isOff(reasoning)) {
    if (reasoning.summary !== undefined)
      context.dropped.drop('reasoning.summary', 'the model does not think');
    return { thinking: { type: 'disabled' }, effort };
  }
  if (options.toolIsForced) {
    const reason = 'a forced tool choice leaves no thinking';
    return {
      ...withoutThinking(byBudget ? reasoning : { ...reasoning, effort: undefined }, context, reason),
      effort,
    };
  }
  const thinking = byBudget ? byTokens(reasoning, context) : byEffort(reasoning, context);
  return { thinking: thinking && withDisplay(thinking, reasoning.summary, context), effort };
}

function isOff({ mode, effort }: ReasoningRequest): boolean {
  return mode === 'disabled' || (mode === undefined && effort === 'none');
}

function withoutThinking(
  reasoning: ReasoningRequest,
  { dropped }: MappingContext,
  why: string,
): AnthropicThinking {
  const isAsked = !isOff(reasoning);
  if (isAsked && reasoning.effort !== undefined) dropped.drop('reasoning_effort', why);
  if (isAsked && (reasoning.mode !== undefined || reasoning.budgetTokens !== undefined))
    dropped.drop('thinking', why);
  if (reasoning.summary !== undefined) dropped.drop('reasoning.summary', why);
  return {};
}

function effortOf(
  { effort, budgetTokens }: ReasoningRequest,
  { dropped }: MappingContext,
): string | undefined {
  if (effort === undefined) {
    if (budgetTokens === undefined) return undefined;
    const level = EFFORT_OF_BUDGET.find(([most]) => budgetTokens <= most)?.[1];
    dropped.add('thinking', 'rewritten', `a budget of tokens became the effort ${level}`);
    return level;
  }
  if (Object.hasOwn(SHARE_OF_EFFORT, effort)) return effort;
  if (effort === 'minimal') {
    dropped.add('reasoning_effort', 'rewritten', 'minimal became low');
    return 'low';
  }
  if (effort !== 'none') dropped.drop('reasoning_effort', 'the provider does not know this level');
  return undefined;
}

/** A client of Anthropic's dialect that names an effort only has left the thinking to the model on purpose. */
function byEffort(
  { mode, budgetTokens }: ReasoningRequest,
  { call, dropped }: MappingContext,
): WireObject | undefined {
  const isOwn = call.request.dialect === 'anthropic-messages';
  if (isOwn && mode === undefined && budgetTokens === undefined) return undefined;
  if (mode === 'enabled' && budgetTokens === undefined)
    dropped.add('thinking', 'rewritten', 'enabled became adaptive');
  return { type: 'adaptive' };
}

function byTokens(reasoning: ReasoningRequest, context: MappingContext): WireObject | undefined {
  const { call, dropped } = context;
  const most = call.maxOutputTokens - 1;
  if (most < LEAST_BUDGET || hasUnsignedToolTurn(call.request.messages)) {
    const why =
      most < LEAST_BUDGET ? 'the output limit leaves no room' : 'the thinking before a tool call is missing';
    withoutThinking(reasoning, context, why);
    return undefined;
  }
  const { budgetTokens, effort = 'medium' } = reasoning;
  const share = (Object.hasOwn(SHARE_OF_EFFORT, effort) ? SHARE_OF_EFFORT[effort] : undefined) ?? 0.2;
  const wanted = budgetTokens ?? Math.floor(call.maxOutputTokens * share);
  const budget = Math.min(Math.max(wanted, LEAST_BUDGET), most);
  if (budgetTokens === undefined) {
    const name = reasoning.effort === undefined ? 'thinking' : 'reasoning_effort';
    dropped.add(name, 'rewritten', `became a budget of ${budget} tokens`);
  } else if (budget !== budgetTokens) {
    dropped.add('thinking', 'clamped', `to a budget of ${budget} tokens`);
  }
  return { type: 'enabled', budget_tokens: budget };
}

/** A turn in the middle of its tool calls must begin with the thinking that led to them, or the vendor answers 400. */
function hasUnsignedToolTurn(messages: readonly ChatMessage[]): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  const isOpen = messages.at(-1)?.content.some((part) => part.type === 'tool-result') === true;
  if (!last || !isOpen || !last.content.some((part) => part.type === 'tool-call')) return false;
  return !hasSignedThinking(last) && carriedThinking(last).length === 0;
}

function withDisplay(
  thinking: WireObject,
  summary: string | undefined,
  { dropped }: MappingContext,
): WireObject {
  if (summary === undefined) return thinking;
  const display = Object.hasOwn(DISPLAY_OF_SUMMARY, summary) ? DISPLAY_OF_SUMMARY[summary] : undefined;
  if (display !== undefined) return { ...thinking, display };
  dropped.drop('reasoning.summary', 'the provider does not know this form');
  return thinking;
}

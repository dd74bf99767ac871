import type { ProviderCall } from '../../../llm/chat-adapter';
import type { ReasoningRequest } from '../../../llm/chat-request';
import type { DroppedParameters } from '../../wire/dropped-parameters';

type WireObject = Record<string, unknown>;

/** An effort in both of Gemini's ways to say it; `exact` is false where it is only the nearest. */
interface Effort {
  readonly level: string;
  readonly levelIsExact: boolean;
  readonly budget: number;
}

/** The budgets are those of Google's own compatibility layer. */
const EFFORTS: ReadonlyMap<string, Effort> = new Map([
  ['none', { level: 'MINIMAL', levelIsExact: false, budget: 0 }],
  ['minimal', { level: 'MINIMAL', levelIsExact: true, budget: 1_024 }],
  ['low', { level: 'LOW', levelIsExact: true, budget: 1_024 }],
  ['medium', { level: 'MEDIUM', levelIsExact: true, budget: 8_192 }],
  ['high', { level: 'HIGH', levelIsExact: true, budget: 24_576 }],
  ['xhigh', { level: 'HIGH', levelIsExact: false, budget: 24_576 }],
  ['max', { level: 'HIGH', levelIsExact: false, budget: 24_576 }],
]);
/** The model decides by itself. */
const DYNAMIC_BUDGET = -1;
/** Largest budget that is still called by the level. */
const LEVELS_BY_BUDGET: readonly (readonly [number, string])[] = [
  [0, 'MINIMAL'],
  [2_048, 'LOW'],
  [12_288, 'MEDIUM'],
  [Infinity, 'HIGH'],
];

/** Gemini's `thinkingConfig`: a level for newer models, a budget for older ones, never both (Gemini refuses that). */
export function toThinkingConfig(call: ProviderCall, dropped: DroppedParameters): WireObject | undefined {
  const { reasoning } = call.request;
  if (!reasoning) return undefined;
  if (!call.traits.reasoning) {
    dropAll(reasoning, dropped);
    return undefined;
  }
  const isOff = reasoning.mode === 'disabled' || reasoning.effort === 'none' || reasoning.budgetTokens === 0;
  const amount =
    call.traits.reasoningControl === 'budget' ? budgetOf(reasoning, dropped) : levelOf(reasoning, dropped);
  return { ...amount, ...(!isOff && reasoning.summary !== 'omitted' && { includeThoughts: true }) };
}

function budgetOf({ effort, budgetTokens, mode }: ReasoningRequest, dropped: DroppedParameters): WireObject {
  if (mode === 'disabled') return { thinkingBudget: 0 };
  if (budgetTokens !== undefined) {
    if (effort !== undefined) dropped.drop('reasoning_effort', 'the thinking budget says it already');
    return { thinkingBudget: budgetTokens };
  }
  const known = effort === undefined ? undefined : EFFORTS.get(effort);
  if (effort !== undefined && !known) dropped.drop('reasoning_effort', 'a level the provider does not know');
  if (known) return { thinkingBudget: known.budget };
  return mode === undefined ? {} : { thinkingBudget: DYNAMIC_BUDGET };
}

function levelOf({ effort, budgetTokens, mode }: ReasoningRequest, dropped: DroppedParameters): WireObject {
  if (mode === 'disabled') {
    dropped.add('thinking', 'rewritten', 'the model always thinks: level MINIMAL');
    return { thinkingLevel: 'MINIMAL' };
  }
  const known = effort === undefined ? undefined : EFFORTS.get(effort);
  if (effort !== undefined && !known) dropped.drop('reasoning_effort', 'a level the provider does not know');
  if (known) {
    if (!known.levelIsExact) dropped.add('reasoning_effort', 'clamped', `to ${known.level}`);
    if (budgetTokens !== undefined) dropped.drop('thinking', 'the reasoning effort says it already');
    return { thinkingLevel: known.level };
  }
  if (budgetTokens === undefined) return {};
  const level = LEVELS_BY_BUDGET.find(([most]) => budgetTokens <= most)?.[1] ?? 'HIGH';
  dropped.add('thinking', 'rewritten', `the budget became the level ${level}`);
  return { thinkingLevel: level };
}

function dropAll(reasoning: ReasoningRequest, dropped: DroppedParameters): void {
  const detail = 'the model does not reason';
  if (reasoning.effort !== undefined) dropped.drop('reasoning_effort', detail);
  if (reasoning.budgetTokens !== undefined || reasoning.mode !== undefined) dropped.drop('thinking', detail);
  if (reasoning.summary !== undefined) dropped.drop('reasoning.summary', detail);
}

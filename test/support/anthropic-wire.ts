import type { ModelTraits, ProviderCall } from '../../src/llm/chat-adapter';
import type { ChatRequest } from '../../src/llm/chat-request';
import { toAnthropicRequest } from '../../src/providers/adapters/anthropic/to-anthropic-request';
import { chatRequest } from './provider-kit';

/** Kinds of models as the catalogue describes them. */
export const CLAUDE_TRAITS = {
  plain: { reasoning: false, vision: true, tools: true, jsonSchema: true },
  byEffort: { reasoning: true, reasoningControl: 'effort', vision: true, tools: true, jsonSchema: true },
  byBudget: { reasoning: true, reasoningControl: 'budget', vision: true, tools: true, jsonSchema: true },
  withoutSchemas: { reasoning: false, vision: true, tools: true, jsonSchema: false },
} as const satisfies Record<string, ModelTraits>;

export interface AnthropicMapping {
  readonly body: Record<string, unknown>;
  /** As `name action`. */
  readonly dropped: readonly string[];
  readonly jsonTool: string | undefined;
}

export interface AnthropicMappingOptions {
  readonly traits?: ModelTraits;
  readonly stream?: boolean;
  readonly maxOutputTokens?: number;
}

/** What becomes of a request on its way to Anthropic; everything not given is as plain as can be. */
export function mapToAnthropic(
  changes: Partial<ChatRequest>,
  { traits = CLAUDE_TRAITS.plain, stream = false, maxOutputTokens = 10_000 }: AnthropicMappingOptions = {},
): AnthropicMapping {
  const call: ProviderCall = {
    endpoint: { provider: 'anthropic', baseUrl: 'https://api.anthropic.com', apiKey: undefined },
    model: 'm-1',
    request: chatRequest('hi', changes),
    maxOutputTokens,
    traits,
    attemptId: 'att_1',
    signal: new AbortController().signal,
  };
  const { body, droppedParameters, jsonTool } = toAnthropicRequest(call, { stream });
  return {
    body: JSON.parse(body) as Record<string, unknown>,
    dropped: droppedParameters.map((one) => `${one.name} ${one.action}`),
    jsonTool,
  };
}

import { CLAUDE_TRAITS, mapToAnthropic as map } from '../../../../test/support/anthropic-wire';
import type { ChatMessage, FunctionTool } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';

const { byEffort: BY_EFFORT, byBudget: BY_BUDGET } = CLAUDE_TRAITS;

const weather: FunctionTool = { kind: 'function', name: 'weather' };

describe('thinking for Anthropic', () => {
  it.each([
    [{ effort: 'high' }, { type: 'adaptive' }, 'high', []],
    [{ effort: 'minimal' }, { type: 'adaptive' }, 'low', ['reasoning_effort rewritten']],
    [{ effort: 'none' }, { type: 'disabled' }, undefined, []],
    [{ effort: 'turbo' }, { type: 'adaptive' }, undefined, ['reasoning_effort dropped']],
    [{ budgetTokens: 3_000 }, { type: 'adaptive' }, 'low', ['thinking rewritten']],
    [
      { mode: 'adaptive' as const, summary: 'omitted' },
      { type: 'adaptive', display: 'omitted' },
      undefined,
      [],
    ],
    [{ mode: 'disabled' as const }, { type: 'disabled' }, undefined, []],
    [{ effort: 'max', summary: 'detailed' }, { type: 'adaptive', display: 'summarized' }, 'max', []],
    [{ effort: 'low', summary: 'poem' }, { type: 'adaptive' }, 'low', ['reasoning.summary dropped']],
  ])('maps %j for a model steered by effort', (reasoning, thinking, effort, reported) => {
    const { body, dropped } = map({ reasoning }, { traits: BY_EFFORT });

    expect(body['thinking']).toEqual(thinking);
    expect(body['output_config']).toEqual(effort === undefined ? undefined : { effort });
    expect(dropped).toEqual(reported);
  });

  it.each([
    [{ effort: 'medium' }, 5_000, ['reasoning_effort rewritten']],
    [{ effort: 'low' }, 2_000, ['reasoning_effort rewritten']],
    [{ budgetTokens: 4_000, mode: 'enabled' as const }, 4_000, []],
    [{ budgetTokens: 5 }, 1_024, ['thinking clamped']],
    [{ budgetTokens: 50_000 }, 9_999, ['thinking clamped']],
    [{ mode: 'adaptive' as const }, 5_000, ['thinking rewritten']],
  ])('maps %j for a model steered by a budget', (reasoning, budget, reported) => {
    const { body, dropped } = map({ reasoning }, { traits: BY_BUDGET });

    expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(body).not.toHaveProperty('output_config');
    expect(dropped).toEqual(reported);
  });

  it('is left out, visibly, where the output limit has no room for it', () => {
    const { body, dropped } = map(
      { reasoning: { effort: 'high' } },
      { traits: BY_BUDGET, maxOutputTokens: 1_000 },
    );

    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning_effort dropped']);
  });

  it('is left out, visibly, for a model that does not think', () => {
    expect(map({ reasoning: { effort: 'high', budgetTokens: 5, summary: 'auto' } }).dropped).toEqual([
      'reasoning_effort dropped',
      'thinking dropped',
      'reasoning.summary dropped',
    ]);
  });

  it('gives way to a forced tool, visibly', () => {
    const request = { tools: [weather], toolChoice: { mode: 'required' as const } };

    expect(
      map({ ...request, reasoning: { effort: 'high', mode: 'adaptive' } }, { traits: BY_EFFORT }),
    ).toMatchObject({
      body: { tool_choice: { type: 'any' }, output_config: { effort: 'high' } },
      dropped: ['thinking dropped'],
    });
    const byBudget = map({ ...request, reasoning: { effort: 'high' } }, { traits: BY_BUDGET });
    expect(byBudget.body).not.toHaveProperty('thinking');
    expect(byBudget.dropped).toEqual(['reasoning_effort dropped']);
  });

  it('leaves an effort alone when a client of Anthropic’s dialect named nothing else', () => {
    const { body } = map(
      { dialect: 'anthropic-messages', reasoning: { effort: 'low' } },
      { traits: BY_EFFORT },
    );

    expect(body).not.toHaveProperty('thinking');
    expect(body['output_config']).toEqual({ effort: 'low' });
  });

  it('does not think by budget in a tool turn whose thinking was lost', () => {
    const tools = [{ ...weather, name: 'f' }];
    const reasoning = { budgetTokens: 2_000 };
    const signed: ContentPart = { type: 'reasoning', text: 'deep', signature: 'c2ln' };
    const call: ContentPart = { type: 'tool-call', id: 'c', name: 'f', kind: 'function', arguments: '{}' };
    const result: ContentPart = { type: 'tool-result', toolCallId: 'c', content: [] };
    const turn = (...before: ContentPart[]): ChatMessage[] => [
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: [...before, call] },
      { role: 'tool', content: [result] },
    ];
    const mapped = (...before: ContentPart[]): unknown =>
      map({ messages: turn(...before), tools, reasoning }, { traits: BY_BUDGET });

    expect(mapped()).toMatchObject({ dropped: ['thinking dropped'] });
    expect(mapped()).not.toHaveProperty('body.thinking');
    expect(mapped(signed)).toMatchObject({ body: { thinking: { budget_tokens: 2_000 } }, dropped: [] });
  });
});

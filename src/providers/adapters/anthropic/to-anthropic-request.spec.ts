import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { CLAUDE_TRAITS, mapToAnthropic as map } from '../../../../test/support/anthropic-wire';
import type { FunctionTool } from '../../../llm/chat-request';

const { plain: PLAIN, byEffort: BY_EFFORT, byBudget: BY_BUDGET, withoutSchemas: NO_SCHEMA } = CLAUDE_TRAITS;

const weather: FunctionTool = {
  kind: 'function',
  name: 'weather',
  description: 'Tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

describe('toAnthropicRequest', () => {
  it('sends nothing that nobody asked for', () => {
    const expected: MessageCreateParams = {
      model: 'm-1',
      max_tokens: 10_000,
      messages: [{ role: 'user', content: 'hi' }],
    };

    expect(map({})).toEqual({ body: expected, dropped: [], jsonTool: undefined });
  });

  it('streams on demand', () => {
    expect(map({}, { stream: true }).body).toMatchObject({ stream: true });
  });

  it('sends a user as a hash only, and says so', () => {
    const { body, dropped } = map({ user: 'ann@example.com' });

    expect(body['metadata']).toEqual({ user_id: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
    expect(dropped).toEqual(['user rewritten']);
    expect(map({ metadata: { user_id: 'ann@example.com' } }).body['metadata']).toEqual(body['metadata']);
    expect(map({ metadata: { team: 'x' } })).toMatchObject({ dropped: ['metadata dropped'] });
    expect(map({ user: 'a', metadata: { user_id: 'b' } }).dropped).toEqual([
      'user rewritten',
      'metadata dropped',
    ]);
  });

  it.each([
    ['auto', 'auto'],
    ['default', 'standard_only'],
    ['standard_only', 'standard_only'],
    ['priority', undefined],
    ['flex', undefined],
  ])('maps the service tier %s to %s', (serviceTier, expected) => {
    const { body, dropped } = map({ serviceTier });

    expect(body['service_tier']).toBe(expected);
    expect(dropped).toEqual(expected === undefined ? ['service_tier dropped'] : []);
  });

  it('passes extensions of its own dialect on when it knows them, others never', () => {
    const extensions = { container: 'c_1', mcp_servers: [], speed: 'fast', session_id: 's' };

    expect(map({ dialect: 'anthropic-messages', extensions })).toMatchObject({
      body: { container: 'c_1' },
      dropped: ['mcp_servers dropped', 'speed dropped'],
    });
    expect(map({ extensions: { container: 'c_1' } }).dropped).toEqual(['container dropped']);
  });
});

describe('sampling for Anthropic', () => {
  it.each([
    [{ temperature: 0 }, { temperature: 0 }, []],
    [{ temperature: 1.7 }, { temperature: 1 }, ['temperature clamped']],
    [{ topP: 0.5, topK: 7 }, { top_p: 0.5, top_k: 7 }, []],
    [{ temperature: 0.3, topP: 0.5 }, { temperature: 0.3 }, ['top_p dropped']],
    [{ temperature: 0.3, topP: 1 }, { temperature: 0.3 }, []],
    [{ topK: -1 }, {}, ['top_k dropped']],
  ])('maps %j to %j', (sampling, expected, reported) => {
    const { body, dropped } = map({ sampling });
    const { temperature, top_p, top_k } = body;

    expect({ temperature, top_p, top_k }).toEqual({
      temperature: undefined,
      top_p: undefined,
      top_k: undefined,
      ...expected,
    });
    expect(dropped).toEqual(reported);
  });

  it('leaves it to a model that fixes it, and says so unless nothing was lost', () => {
    const sampling = { temperature: 0.5, topP: 0.5, topK: 3 };

    expect(map({ sampling }, { traits: BY_EFFORT }).dropped).toEqual([
      'temperature dropped',
      'top_p dropped',
      'top_k dropped',
    ]);
    expect(map({ sampling: { temperature: 1, topP: 1 } }, { traits: BY_EFFORT })).toMatchObject({
      dropped: [],
    });
    expect(map({ sampling }, { traits: { ...BY_EFFORT, freeSampling: true } }).body).toMatchObject({
      temperature: 0.5,
    });
    expect(map({ sampling }, { traits: BY_BUDGET }).body).toMatchObject({ temperature: 0.5, top_k: 3 });
  });

  it('has none while the model thinks by budget', () => {
    const request = {
      sampling: { temperature: 0.5, topP: 0.97, topK: 3 },
      reasoning: { budgetTokens: 2_000 },
    };
    const { body, dropped } = map(request, { traits: BY_BUDGET });

    expect(body).toMatchObject({ top_p: 0.97, thinking: { type: 'enabled', budget_tokens: 2_000 } });
    expect(dropped).toEqual(['temperature dropped', 'top_k dropped']);
  });

  it('stops at what can be seen only', () => {
    expect(map({ stop: ['END', '\n', ''] })).toMatchObject({
      body: { stop_sequences: ['END'] },
      dropped: ['stop clamped'],
    });
    expect(map({ stop: ['\n'] }).body).not.toHaveProperty('stop_sequences');
  });
});

describe('tools for Anthropic', () => {
  it('passes schemas through untouched', () => {
    const parameters = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/A' } },
      $defs: { A: { type: 'string' } },
      additionalProperties: false,
      required: ['a'],
    };

    expect(map({ tools: [{ kind: 'function', name: 'f', parameters, strict: true }] })).toEqual({
      body: expect.objectContaining({
        tools: [{ name: 'f', input_schema: parameters, strict: true }],
      }) as unknown,
      dropped: [],
      jsonTool: undefined,
    });
  });

  it('adds the type Anthropic insists on, visibly, and a schema where there is none', () => {
    expect(map({ tools: [{ kind: 'function', name: 'f' }] })).toMatchObject({
      body: { tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }] },
      dropped: [],
    });
    expect(map({ tools: [{ kind: 'function', name: 'f', parameters: { anyOf: [] } }] })).toMatchObject({
      body: { tools: [{ input_schema: { anyOf: [], type: 'object' } }] },
      dropped: ['tools.parameters rewritten'],
    });
  });

  it.each([
    [{ mode: 'auto' as const }, undefined, { type: 'auto' }],
    [{ mode: 'none' as const }, false, { type: 'none' }],
    [{ mode: 'required' as const }, undefined, { type: 'any' }],
    [{ mode: 'required' as const }, false, { type: 'any', disable_parallel_tool_use: true }],
    [
      { mode: 'tool' as const, name: 'weather', kind: 'function' as const },
      true,
      { type: 'tool', name: 'weather' },
    ],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    [undefined, true, undefined],
  ])('maps choice %j with parallel %s to %j', (toolChoice, parallelToolCalls, expected) => {
    const { body, dropped } = map({ tools: [weather], toolChoice, parallelToolCalls });

    expect(body['tool_choice']).toEqual(expected);
    expect(dropped).toEqual([]);
  });

  it('passes its own tools on and reports those of others', () => {
    const search = { type: 'web_search_20260318', name: 'web_search' };
    const tools = [
      { kind: 'native' as const, dialect: 'anthropic-messages' as const, value: search },
      { kind: 'native' as const, dialect: 'openai-chat' as const, value: {} },
      { kind: 'custom' as const, name: 'sql' },
    ];

    expect(map({ tools })).toMatchObject({ body: { tools: [search] }, dropped: ['tools dropped'] });
    expect(
      map({ tools: tools.slice(2), toolChoice: { mode: 'tool', name: 'sql', kind: 'custom' } }).body,
    ).not.toHaveProperty('tool_choice');
    expect(
      map({ tools: [weather, ...tools.slice(2)], toolChoice: { mode: 'tool', name: 'sql', kind: 'custom' } })
        .dropped,
    ).toEqual(['tools dropped', 'tool_choice dropped']);
  });

  it('names the tools of an earlier conversation, which is refused without', () => {
    const { body, dropped } = map({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', id: 'c', name: 'f', kind: 'function', arguments: '{}' }],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId: 'c', content: [{ type: 'text', text: '1' }] }],
        },
      ],
    });

    expect(body).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    });
    expect(dropped).toEqual(['tools defaulted']);
  });

  it('reports tools for a model without', () => {
    expect(map({ tools: [weather] }, { traits: { ...PLAIN, tools: false } })).toMatchObject({
      dropped: ['tools dropped'],
    });
  });
});

describe('the form of the answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
  const responseFormat = { type: 'json_schema' as const, name: 'n', schema, strict: true };

  it('is a schema where the model knows schemas', () => {
    expect(map({ responseFormat })).toMatchObject({
      body: { output_config: { format: { type: 'json_schema', schema } } },
      dropped: [],
    });
  });

  it('is a forced tool where it does not, and says so', () => {
    const { body, dropped, jsonTool } = map({ responseFormat }, { traits: NO_SCHEMA });

    expect(body).toMatchObject({
      tools: [{ name: 'json_answer', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'json_answer', disable_parallel_tool_use: true },
    });
    expect(jsonTool).toBe('json_answer');
    expect(dropped).toEqual(['response_format rewritten']);
  });

  it('leaves the client’s own tools callable beside it', () => {
    const { body, jsonTool } = map(
      { responseFormat, tools: [{ ...weather, name: 'json_answer' }], parallelToolCalls: false },
      { traits: NO_SCHEMA },
    );

    expect(jsonTool).toBe('json_answer_');
    expect(body).toMatchObject({
      tools: [{ name: 'json_answer' }, { name: 'json_answer_' }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
  });

  it.each([
    ['json_object', { responseFormat: { type: 'json_object' as const } }, PLAIN],
    [
      'a schema that is no object',
      { responseFormat: { ...responseFormat, schema: { type: 'array' } } },
      NO_SCHEMA,
    ],
    ['a model without tools', { responseFormat }, { ...NO_SCHEMA, tools: false }],
    ['thinking', { responseFormat, reasoning: { effort: 'low' } }, { ...BY_BUDGET, jsonSchema: false }],
    [
      'a forced tool of the client',
      {
        responseFormat,
        tools: [weather],
        toolChoice: { mode: 'tool' as const, name: 'weather', kind: 'function' as const },
      },
      NO_SCHEMA,
    ],
  ])('is an instruction, reported as such, with %s', (_what, request, traits) => {
    const { body, dropped, jsonTool } = map(request, { traits });

    expect(body['system']).toContain('single JSON object');
    expect(jsonTool).toBeUndefined();
    expect(dropped).toContain('response_format rewritten');
  });
});

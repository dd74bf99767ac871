import { AppError } from '../../common/app-error';
import { parseToolChoice, parseTools } from './parse-tools';
import { readerOf } from './wire-reader';

const FUNCTION = { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true };

function refusedParam(parse: typeof parseTools | typeof parseToolChoice, body: object): string | undefined {
  try {
    parse(readerOf(body));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).param;
  }
}

describe('parseTools', () => {
  it('reads function, custom and vendor-run tools', () => {
    const grammar = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } };
    const tools = parseTools(
      readerOf({
        tools: [
          { type: 'function', function: FUNCTION, cache_control: { type: 'ephemeral' } },
          { type: 'custom', custom: { name: 'g', description: 'e', format: grammar } },
          { type: 'web_search', web_search: { size: 'low' } },
        ],
      }),
    );

    expect(tools).toEqual([
      { kind: 'function', ...FUNCTION, cacheMark: { ttl: '5m' } },
      { kind: 'custom', name: 'g', description: 'e', format: grammar },
      {
        kind: 'native',
        dialect: 'openai-chat',
        value: { type: 'web_search', web_search: { size: 'low' } },
      },
    ]);
  });

  it.each([{ functions: [FUNCTION] }, { functions: [FUNCTION], tools: [] }])(
    'reads deprecated functions as tools: %j',
    (body) => {
      expect(parseTools(readerOf(body))).toEqual([{ kind: 'function', ...FUNCTION }]);
    },
  );

  it.each([{}, { tools: [] }, { functions: [] }, { tools: [], functions: [] }])(
    'finds none in %j',
    (body) => {
      expect(parseTools(readerOf(body))).toBeUndefined();
    },
  );

  it('keeps members nobody reads by their path', () => {
    const body = readerOf({
      tools: [
        { type: 'function', function: { ...FUNCTION, returns: 'x' }, defer: true },
        { type: 'custom', custom: { name: 'g', tag: 1 }, cache_control: { type: 'ephemeral' } },
      ],
    });

    parseTools(body);

    expect(body.unread()).toEqual({
      'tools.defer': true,
      'tools.function.returns': 'x',
      'tools.custom.tag': 1,
      'tools.cache_control': { type: 'ephemeral' },
    });
  });

  it.each<[string, object]>([
    ['tools', { tools: 'x' }],
    ['tools', { tools: Array.from({ length: 1_025 }, () => ({ type: 'function', function: FUNCTION })) }],
    ['functions', { functions: Array.from({ length: 1_025 }, () => FUNCTION) }],
    ['functions', { tools: [{ type: 'function', function: FUNCTION }], functions: [FUNCTION] }],
    ['tools[0].type', { tools: [{ function: FUNCTION }] }],
    ['tools[0].function', { tools: [{ type: 'function' }] }],
    ['tools[0].function.name', { tools: [{ type: 'function', function: {} }] }],
    [
      'tools[0].function.parameters',
      { tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] },
    ],
    ['tools[0].function.strict', { tools: [{ type: 'function', function: { name: 'f', strict: 'yes' } }] }],
    ['tools[0].custom', { tools: [{ type: 'custom' }] }],
    ['tools[0].custom.format', { tools: [{ type: 'custom', custom: { name: 'g', format: 'text' } }] }],
    ['tools[1]', { tools: [{ type: 'function', function: FUNCTION }, null] }],
  ])('refuses with %s', (param, body) => {
    expect(refusedParam(parseTools, body)).toBe(param);
  });
});

describe('parseToolChoice', () => {
  const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } };

  it.each([
    [{ tool_choice: 'auto' }, { mode: 'auto' }],
    [{ tool_choice: 'none' }, { mode: 'none' }],
    [{ tool_choice: 'required' }, { mode: 'required' }],
    [
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { mode: 'tool', kind: 'function', name: 'f' },
    ],
    [{ tool_choice: { type: 'custom', custom: { name: 'g' } } }, { mode: 'tool', kind: 'custom', name: 'g' }],
    [{ tool_choice: allowed }, { mode: 'native', dialect: 'openai-chat', value: allowed }],
    [{ function_call: 'none' }, { mode: 'none' }],
    [{ function_call: { name: 'f' } }, { mode: 'tool', kind: 'function', name: 'f' }],
    [{ tool_choice: null, function_call: null }, undefined],
    [{}, undefined],
  ])('reads %j', (body, expected) => {
    expect(parseToolChoice(readerOf(body))).toEqual(expected);
  });

  it.each<[string, object]>([
    ['tool_choice', { tool_choice: 'any' }],
    ['tool_choice', { tool_choice: ['auto'] }],
    ['tool_choice.type', { tool_choice: {} }],
    ['tool_choice.function', { tool_choice: { type: 'function' } }],
    ['tool_choice.function.name', { tool_choice: { type: 'function', function: {} } }],
    ['function_call', { function_call: 'required' }],
    ['function_call.name', { function_call: {} }],
    ['function_call', { tool_choice: 'auto', function_call: 'auto' }],
  ])('refuses with %s: %j', (param, body) => {
    expect(refusedParam(parseToolChoice, body)).toBe(param);
  });
});

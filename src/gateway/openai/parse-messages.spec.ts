import { AppError } from '../../common/app-error';
import type { ChatMessage } from '../../llm/chat-request';
import { parseMessages } from './parse-messages';
import { readerOf } from './wire-reader';

function parse(message: unknown): ChatMessage | undefined {
  return parseMessages(readerOf({ messages: [message] }))[0];
}

function refusedParam(message: unknown): string | undefined {
  try {
    parse(message);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).param;
  }
}

describe('parseMessages', () => {
  it.each(['system', 'developer', 'user', 'assistant'])(
    'keeps role %s, its name and its plain text',
    (role) => {
      expect(parse({ role, name: 'Ada', content: 'Hi' })).toEqual({
        role,
        name: 'Ada',
        plainText: true,
        content: [{ type: 'text', text: 'Hi' }],
      });
    },
  );

  it('remembers that content came as a list', () => {
    const message = parse({ role: 'user', content: [{ type: 'text', text: 'Hi' }] });

    expect(message?.plainText).toBeUndefined();
    expect(message?.content).toEqual([{ type: 'text', text: 'Hi' }]);
  });

  it('keeps an empty text: it is a message, not a missing one', () => {
    expect(parse({ role: 'user', content: '' })?.content).toEqual([{ type: 'text', text: '' }]);
  });

  it('reads a tool result as one part with its call id', () => {
    expect(parse({ role: 'tool', tool_call_id: 'c1', content: '4' })).toEqual({
      role: 'tool',
      plainText: true,
      content: [{ type: 'tool-result', toolCallId: 'c1', content: [{ type: 'text', text: '4' }] }],
    });
  });

  it('reads the deprecated function role as a result of the call with that name', () => {
    expect(parse({ role: 'function', name: 'add', content: '4' })).toMatchObject({
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 'add', name: 'add' }],
    });
  });

  it('reads an assistant turn of calls alone, of both kinds, with its signatures', () => {
    const message = parse({
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'a',
          type: 'function',
          function: { name: 'f', arguments: '{"x": 1}' },
          extra_content: { google: { thought_signature: 's' } },
        },
        {
          id: 'b',
          type: 'custom',
          custom: { name: 'g', input: 'free text' },
          extra_content: { google: { t: 1 } },
        },
        { id: 'c', function: { name: 'h' } },
      ],
    });

    expect(message?.content).toEqual([
      {
        type: 'tool-call',
        kind: 'function',
        id: 'a',
        name: 'f',
        arguments: '{"x": 1}',
        vendorData: { google: { thought_signature: 's' } },
      },
      {
        type: 'tool-call',
        kind: 'custom',
        id: 'b',
        name: 'g',
        arguments: 'free text',
        vendorData: { google: { t: 1 } },
      },
      { type: 'tool-call', kind: 'function', id: 'c', name: 'h', arguments: '{}' },
    ]);
  });

  it('reads the deprecated function_call, also beside an empty list of calls', () => {
    expect(
      parse({ role: 'assistant', content: '', tool_calls: [], function_call: { name: 'f' } })?.content,
    ).toEqual([
      { type: 'text', text: '' },
      { type: 'tool-call', kind: 'function', id: 'f', name: 'f', arguments: '{}' },
    ]);
  });

  it('puts the thinking before the answer, and refusal and spoken answer after it', () => {
    const message = parse({
      role: 'assistant',
      content: 'said',
      reasoning_content: 'thought',
      refusal: 'declined',
      audio: { id: 'audio_1' },
    });

    expect(message?.content).toEqual([
      { type: 'reasoning', text: 'thought' },
      { type: 'text', text: 'said' },
      { type: 'refusal', text: 'declined' },
      { type: 'audio', source: { kind: 'response-id', id: 'audio_1' } },
    ]);
  });

  it('keeps unknown members, and members that belong to another role, as extensions', () => {
    expect(
      parse({ role: 'assistant', content: 'x', annotations: [], tool_call_id: 'c' })?.extensions,
    ).toEqual({
      annotations: [],
      tool_call_id: 'c',
    });
    expect(parse({ role: 'user', content: 'x', tool_calls: [], refusal: null })?.extensions).toEqual({
      tool_calls: [],
    });
  });

  it('keeps what nobody reads inside of calls by its path', () => {
    const body = readerOf({
      messages: [
        {
          role: 'assistant',
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', parsed_arguments: {} } }],
          audio: { id: 'x', transcript: 'hello' },
        },
        { role: 'assistant', function_call: { name: 'f', parsed: 1 } },
      ],
    });

    parseMessages(body);

    expect(body.unread()).toEqual({
      'messages.tool_calls.index': 0,
      'messages.tool_calls.function.parsed_arguments': {},
      'messages.audio.transcript': 'hello',
      'messages.function_call.parsed': 1,
    });
  });

  it.each<[string, unknown]>([
    ['messages[0]', 'text'],
    ['messages[0]', null],
    ['messages[0]', []],
    ['messages[0].role', {}],
    ['messages[0].role', { role: 'robot', content: 'x' }],
    ['messages[0].role', { role: ['user'], content: 'x' }],
    ['messages[0].role', { role: 'constructor', content: 'x' }],
    ['messages[0].name', { role: 'user', name: 1, content: 'x' }],
    ['messages[0].content', { role: 'user' }],
    ['messages[0].content', { role: 'user', content: null }],
    ['messages[0].content', { role: 'user', content: [] }],
    ['messages[0].content', { role: 'user', content: 5 }],
    ['messages[0].content', { role: 'user', content: { type: 'text' } }],
    ['messages[0].content', { role: 'tool', tool_call_id: 'c' }],
    ['messages[0].content[0]', { role: 'user', content: ['x'] }],
    ['messages[0].tool_call_id', { role: 'tool', content: 'x' }],
    ['messages[0].tool_call_id', { role: 'tool', tool_call_id: 4, content: 'x' }],
    ['messages[0].tool_call_id', { role: 'function', content: 'x' }],
    ['messages[0].tool_calls', { role: 'assistant', tool_calls: {} }],
    ['messages[0].tool_calls[0]', { role: 'assistant', tool_calls: [1] }],
    ['messages[0].tool_calls[0].id', { role: 'assistant', tool_calls: [{ function: { name: 'f' } }] }],
    ['messages[0].tool_calls[0].function', { role: 'assistant', tool_calls: [{ id: 'a' }] }],
    [
      'messages[0].tool_calls[0].function.name',
      { role: 'assistant', tool_calls: [{ id: 'a', function: {} }] },
    ],
    [
      'messages[0].tool_calls[0].function.arguments',
      { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: {} } }] },
    ],
    ['messages[0].tool_calls[0].custom', { role: 'assistant', tool_calls: [{ id: 'a', type: 'custom' }] }],
    ['messages[0].function_call.name', { role: 'assistant', function_call: {} }],
    ['messages[0].refusal', { role: 'assistant', refusal: {} }],
    ['messages[0].reasoning_content', { role: 'assistant', reasoning_content: 1 }],
    ['messages[0].audio.id', { role: 'assistant', audio: {} }],
  ])('refuses with %s: %j', (param, message) => {
    expect(refusedParam(message)).toBe(param);
  });
});

import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import {
  CLAUDE_TRAITS,
  mapToAnthropic,
  type AnthropicMapping,
} from '../../../../test/support/anthropic-wire';
import type { ModelTraits } from '../../../llm/chat-adapter';
import type { ChatMessage, ChatRequest } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';

const { plain: TRAITS } = CLAUDE_TRAITS;
/** Any tool, so that none has to be made up for a conversation with calls. */
const TOOLS: ChatRequest['tools'] = [{ kind: 'function', name: 'f' }];

interface Mapped extends AnthropicMapping {
  readonly system: unknown;
  readonly messages: unknown;
}

function map(
  messages: readonly ChatMessage[],
  request: Partial<ChatRequest> = {},
  traits: ModelTraits = TRAITS,
): Mapped {
  const mapping = mapToAnthropic({ messages, tools: TOOLS, ...request }, { traits });
  return { ...mapping, system: mapping.body['system'], messages: mapping.body['messages'] };
}

const OWN = { dialect: 'anthropic-messages' as const };
const text = (value: string): ContentPart => ({ type: 'text', text: value });
const user = (...content: ContentPart[]): ChatMessage => ({ role: 'user', content });
const assistant = (...content: ContentPart[]): ChatMessage => ({ role: 'assistant', content });
const system = (value: string): ChatMessage => ({ role: 'system', content: [text(value)] });
const call = (id: string, value = '{}'): ContentPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  kind: 'function',
  arguments: value,
});
const result = (toolCallId: string, ...content: ContentPart[]): ChatMessage => ({
  role: 'tool',
  content: [{ type: 'tool-result', toolCallId, content }],
});

describe('toAnthropicPrompt', () => {
  it('keeps a conversation with tools, results first and in one turn', () => {
    const expected: MessageParam[] = [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'looking' },
          { type: 'tool_use', id: 'a', name: 'f', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'b', name: 'f', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'rain' },
          {
            type: 'tool_result',
            tool_use_id: 'b',
            content: [
              { type: 'text', text: '1' },
              { type: 'text', text: '2' },
            ],
          },
          { type: 'text', text: 'and?' },
        ],
      },
    ];

    expect(
      map([
        user(text('weather?')),
        assistant(text('looking'), call('a', '{"city":"Oslo"}'), call('b')),
        result('a', text('rain')),
        user(text('and?')),
        result('b', text('1'), text('2')),
      ]),
    ).toMatchObject({ messages: expected, dropped: [] });
  });

  it('joins all instructions in order and says when one moved', () => {
    expect(
      map([system('one'), { role: 'developer', content: [text('two')] }, user(text('hi'))]),
    ).toMatchObject({
      system: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
      dropped: [],
    });
    expect(map([user(text('hi')), system('late')])).toMatchObject({
      system: 'late',
      dropped: ['messages.role rewritten'],
    });
  });

  it('merges neighbours of one role and leaves empty turns out', () => {
    expect(
      map([user(text('a')), assistant(text('')), user(text('b')), assistant(text('x')), assistant(text('y'))])
        .messages,
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text: 'y' },
        ],
      },
    ]);
  });

  it('makes instructions alone the question', () => {
    expect(map([system('Say hi')])).toMatchObject({
      system: undefined,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hi' }] }],
      dropped: ['messages.role rewritten'],
    });
  });

  it('ends a prefilled answer without white space', () => {
    expect(map([user(text('a')), assistant(text('The answer is \n'))])).toMatchObject({
      messages: [{}, { role: 'assistant', content: 'The answer is' }],
      dropped: ['messages.content rewritten'],
    });
  });

  it('gives foreign and repeated call ids names that Anthropic takes, the same for call and result', () => {
    const { messages } = map([
      user(text('a')),
      assistant(call('call.1:x'), call('call_1_x')),
      result('call_1_x', text('one')),
      result('call.1:x', text('two')),
      assistant(call('call.1:x')),
      result('call.1:x', text('three')),
    ]);

    expect(messages).toMatchObject([
      {},
      { content: [{ id: 'call_1_x' }, { id: 'call_1_x_2' }] },
      {
        content: [
          { tool_use_id: 'call_1_x_2', content: 'one' },
          { tool_use_id: 'call_1_x', content: 'two' },
        ],
      },
      { content: [{ id: 'call_1_x_3' }] },
      { content: [{ tool_use_id: 'call_1_x_3', content: 'three' }] },
    ]);
  });

  it('keeps arguments that are no object inside one, visibly', () => {
    expect(map([user(text('a')), assistant(call('c', 'not json')), result('c')])).toMatchObject({
      messages: [
        {},
        { content: [{ input: { arguments: 'not json' } }] },
        { content: [{ type: 'tool_result' }] },
      ],
      dropped: ['messages.tool_calls rewritten'],
    });
  });

  it('marks failed tool results', () => {
    const failed: ContentPart = {
      type: 'tool-result',
      toolCallId: 'c',
      isError: true,
      content: [text('boom')],
    };

    expect(map([user(failed)]).messages).toEqual([
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'boom', is_error: true }] },
    ]);
  });

  it('maps images and documents from every source that Anthropic can read', () => {
    const { messages, dropped } = map([
      user(
        { type: 'image', source: { kind: 'url', url: 'https://x/y.png' }, detail: 'auto' },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/jpg', data: 'AA==' } },
        {
          type: 'file',
          source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA==' },
          filename: 'a.pdf',
        },
        { type: 'file', source: { kind: 'base64', mediaType: '', data: 'JVBERi0xLjc=' } },
        { type: 'file', source: { kind: 'base64', mediaType: 'text/csv', data: 'w7wsMQ==' } },
        { type: 'file', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
        {
          type: 'file',
          source: { kind: 'url', url: 'https://x/a.pdf' },
          title: 'T',
          context: 'C',
          citationsEnabled: true,
        },
        { type: 'file', source: { kind: 'text', text: 'plain' } },
      ),
    ]);

    expect(dropped).toEqual([]);
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
            title: 'a.pdf',
          },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjc=' },
          },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'ü,1' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
          {
            type: 'document',
            source: { type: 'url', url: 'https://x/a.pdf' },
            title: 'T',
            context: 'C',
            citations: { enabled: true },
          },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
        ],
      },
    ] satisfies MessageParam[]);
  });

  it.each<[string, ContentPart, Partial<ChatRequest>, ModelTraits]>([
    [
      'an image for a model without eyes',
      { type: 'image', source: { kind: 'url', url: 'https://x' } },
      {},
      { ...TRAITS, vision: false },
    ],
    [
      'an image in a format of its own',
      { type: 'image', source: { kind: 'base64', mediaType: 'image/tiff', data: 'A' } },
      {},
      TRAITS,
    ],
    ['a file id of somebody else', { type: 'file', source: { kind: 'file-id', fileId: 'f' } }, {}, TRAITS],
    [
      'a binary file',
      { type: 'file', source: { kind: 'base64', mediaType: 'application/zip', data: 'A' } },
      {},
      TRAITS,
    ],
    ['audio', { type: 'audio', source: { kind: 'url', url: 'https://x' } }, {}, TRAITS],
    ['a part of another dialect', { type: 'native', dialect: 'gemini', value: {} }, OWN, TRAITS],
    ['white space alone', { type: 'text', text: ' \n' }, {}, TRAITS],
  ])('reports %s', (_what, part, request, traits) => {
    expect(map([user(text('a'), part)], request, traits)).toMatchObject({
      messages: [{ content: 'a' }],
      dropped: ['messages.content dropped'],
    });
  });

  it('passes native parts and file ids of its own dialect on as they are', () => {
    const value = { type: 'search_result', source: 's', title: 't', content: [] };

    expect(
      map(
        [
          user(
            { type: 'native', dialect: 'anthropic-messages', value },
            { type: 'file', source: { kind: 'file-id', fileId: 'f' } },
          ),
        ],
        OWN,
      ).messages,
    ).toEqual([
      { role: 'user', content: [value, { type: 'document', source: { type: 'file', file_id: 'f' } }] },
    ]);
  });

  it('returns thinking with its signature byte for byte, and reports what is not signed here', () => {
    const { messages, dropped } = map([
      user(text('a')),
      assistant(
        { type: 'reasoning', text: ' deep \n', signature: 'c2ln' },
        { type: 'reasoning', encrypted: 'aGlk' },
        { type: 'reasoning', text: 'unsigned' },
        { type: 'reasoning', encrypted: 'b3RoZXI=', id: 'rs_1' },
        text('x'),
      ),
    ]);

    expect(messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: ' deep \n', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'aGlk' },
          { type: 'text', text: 'x' },
        ],
      },
    ]);
    expect(dropped).toEqual(['messages.reasoning_content dropped']);
  });

  it('takes the thinking that a call carried through another dialect, and nothing else with it', () => {
    const thinking = { type: 'thinking', thinking: 'deep', signature: 'c2ln' };
    const carrying: ContentPart = {
      type: 'tool-call',
      id: 'c',
      name: 'f',
      kind: 'function',
      arguments: '{}',
      vendorData: {
        anthropic: {
          thinking_blocks: [{ ...thinking, evil: 1 }, { type: 'text', text: 'evil' }, 7],
          caller: { type: 'x' },
          evil: 1,
        },
        google: { thought_signature: 's' },
      },
    };

    expect(
      map([user(text('a')), assistant({ type: 'reasoning', text: 'deep' }, carrying), result('c')]),
    ).toMatchObject({
      messages: [
        {},
        { content: [thinking, { type: 'tool_use', id: 'c', name: 'f', input: {}, caller: { type: 'x' } }] },
        {},
      ],
      dropped: [],
    });
    expect(JSON.stringify(map([assistant(carrying)]).messages)).not.toContain('evil');
  });

  it('reports names and members that have no place here', () => {
    const message: ChatMessage = { ...user(text('a')), name: 'ann', extensions: { mood: 'calm' } };

    expect(map([message]).dropped).toEqual(['messages.name dropped', 'messages.mood dropped']);
  });
});

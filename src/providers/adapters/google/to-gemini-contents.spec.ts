import type { ChatMessage, ChatRole } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';
import { ProviderError } from '../../../llm/provider-error';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { makeCallId } from './call-id';
import { toGeminiContents, type GeminiConversation } from './to-gemini-contents';

const SENTINEL = 'skip_thought_signature_validator';

function map(
  messages: readonly ChatMessage[],
  signaturesRequired = false,
): GeminiConversation & { listed: readonly string[] } {
  const dropped = new DroppedParameters();
  const refuse = (message: string): Error =>
    new ProviderError({ provider: 'google', kind: 'bad_request', message, mayHaveBilled: false });
  const { systemInstruction, contents } = toGeminiContents(messages, {
    model: 'm-1',
    signaturesRequired,
    dropped,
    refuse,
  });
  return {
    systemInstruction,
    // As it is on the wire: members without value are not there.
    contents: JSON.parse(JSON.stringify(contents)) as GeminiConversation['contents'],
    listed: dropped.list().map((one) => `${one.name} ${one.action}`),
  };
}

const say = (role: ChatRole, ...parts: readonly (string | ContentPart)[]): ChatMessage => ({
  role,
  content: parts.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
});
const call = (id: string, name: string, json = '{}', signature?: string): ContentPart => ({
  type: 'tool-call',
  id,
  name,
  kind: 'function',
  arguments: json,
  ...(signature !== undefined && { vendorData: { google: { thought_signature: signature } } }),
});
const result = (toolCallId: string, text: string, isError?: boolean): ContentPart => ({
  type: 'tool-result',
  toolCallId,
  isError,
  content: [{ type: 'text', text }],
});

describe('toGeminiContents', () => {
  it('joins all instructions, the second system message included', () => {
    expect(map([say('system', 'one'), say('developer', 'two', 'three'), say('user', 'hi')])).toEqual({
      systemInstruction: 'one\n\ntwo\n\nthree',
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      listed: [],
    });
  });

  it('says that an instruction in the middle has moved', () => {
    expect(map([say('user', 'hi'), say('system', 'late')])).toMatchObject({
      systemInstruction: 'late',
      listed: ['messages.role rewritten'],
    });
  });

  it('asks with the instructions when there is nothing else, and refuses a conversation without content', () => {
    expect(map([say('system', 'poem, please')])).toEqual({
      systemInstruction: undefined,
      contents: [{ role: 'user', parts: [{ text: 'poem, please' }] }],
      listed: ['messages.role rewritten'],
    });
    expect(() => map([say('user', '')])).toThrow(ProviderError);
  });

  it('merges neighbours of one role, in Gemini’s two roles', () => {
    expect(
      map([
        say('user', 'a'),
        say('user', 'b'),
        say('assistant', 'c'),
        say('assistant', 'd'),
        say('user', 'e'),
      ]).contents,
    ).toEqual([
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
      { role: 'model', parts: [{ text: 'c' }, { text: 'd' }] },
      { role: 'user', parts: [{ text: 'e' }] },
    ]);
  });

  it('finds the name of a result in the conversation, and puts results in the order of the calls', () => {
    const { contents, listed } = map([
      say('user', 'weather?'),
      say('assistant', 'looking', call('c1', 'weather', '{"city":"Oslo"}'), call('c2', 'clock')),
      say('tool', result('c2', 'noon')),
      say('tool', result('c1', 'no service', true)),
      say('user', 'and?'),
    ]);

    expect(contents).toEqual([
      { role: 'user', parts: [{ text: 'weather?' }] },
      {
        role: 'model',
        parts: [
          { text: 'looking' },
          { functionCall: { id: 'c1', name: 'weather', args: { city: 'Oslo' } } },
          { functionCall: { id: 'c2', name: 'clock', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'c1', name: 'weather', response: { error: 'no service' } } },
          { functionResponse: { id: 'c2', name: 'clock', response: { output: 'noon' } } },
          { text: 'and?' },
        ],
      },
    ]);
    expect(listed).toEqual([]);
  });

  it('takes the nearest call before a result when ids repeat', () => {
    const { contents } = map([
      say('user', 'a'),
      say('assistant', call('call_0', 'first')),
      say('tool', result('call_0', '1')),
      say('assistant', call('call_0', 'second')),
      say('tool', result('call_0', '2')),
    ]);

    expect(contents.filter((turn) => turn['role'] === 'user').slice(1)).toMatchObject([
      { parts: [{ functionResponse: { name: 'first' } }] },
      { parts: [{ functionResponse: { name: 'second' } }] },
    ]);
  });

  it('hides ids we made up: Gemini pairs those by position', () => {
    const id = makeCallId('att_1', { choice: 0, index: 0 });
    const { contents } = map([
      say('user', 'a'),
      say('assistant', call(id, 'f')),
      say('tool', result(id, '1')),
    ]);

    expect(contents.slice(1)).toEqual([
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: '1' } } }] },
    ]);
  });

  it('refuses a result that answers no call', () => {
    expect(() => map([say('user', 'a'), say('tool', result('c9', 'x'))])).toThrow(ProviderError);
    expect(
      map([say('user', 'a'), { ...say('tool', result('c9', 'x')), name: 'known' }]).contents,
    ).toMatchObject([{ parts: [{ functionResponse: { name: 'known' } }, { text: 'a' }] }]);
  });

  it('makes an object of arguments that are none, and says so', () => {
    const { contents, listed } = map([
      say('user', 'a'),
      say('assistant', call('c1', 'f', 'not json'), call('c2', 'g', ''), {
        type: 'tool-call',
        id: 'c3',
        name: 'h',
        kind: 'custom',
        arguments: 'SELECT 1',
      }),
    ]);

    expect(contents[1]).toMatchObject({
      parts: [
        { functionCall: { args: { input: 'not json' } } },
        { functionCall: { args: {} } },
        { functionCall: { args: { input: 'SELECT 1' } } },
      ],
    });
    expect(listed).toEqual(['messages.tool_calls.arguments rewritten']);
  });

  it('returns thought signatures where they came from', () => {
    const { contents, listed } = map(
      [
        say('user', 'a'),
        say('assistant', call('c1', 'f', '{}', 'sig-1'), call('c2', 'g')),
        say('tool', result('c1', '1'), result('c2', '2')),
        {
          ...say('assistant', 'done'),
          extensions: { extra_content: { google: { thought_signature: 'sig-2' } } },
        },
        say('user', 'b'),
        say('assistant', { type: 'text', text: '', vendorData: { google: { thought_signature: 'sig-3' } } }),
      ],
      true,
    );

    expect(contents[1]).toEqual({
      role: 'model',
      parts: [
        { functionCall: { id: 'c1', name: 'f', args: {} }, thoughtSignature: 'sig-1' },
        { functionCall: { id: 'c2', name: 'g', args: {} } },
      ],
    });
    expect(contents[3]).toEqual({ role: 'model', parts: [{ text: 'done', thoughtSignature: 'sig-2' }] });
    expect(contents[5]).toEqual({ role: 'model', parts: [{ text: '', thoughtSignature: 'sig-3' }] });
    expect(listed).toEqual([]);
  });

  it('keeps signatures of another model away from this one, which would refuse them', () => {
    const vendorData = (model: string): ContentPart['vendorData'] => ({
      google: { thought_signature: 'sig', model },
    });
    const messages = (model: string): ChatMessage[] => [
      say('user', 'a'),
      say('assistant', { ...call('c1', 'f'), vendorData: vendorData(model) }),
      say('tool', result('c1', '1')),
      say('assistant', { type: 'text', text: 'done', vendorData: vendorData(model) }),
    ];

    expect(JSON.stringify(map(messages('m-1'), true).contents).match(/"sig"/g)).toHaveLength(2);
    expect(map(messages('m-2'), true)).toMatchObject({
      contents: [{}, { parts: [{ thoughtSignature: SENTINEL }] }, {}, { parts: [{ text: 'done' }] }],
      listed: ['messages.extra_content dropped', 'messages.tool_calls.extra_content defaulted'],
    });
    expect(JSON.stringify(map(messages('m-2')))).not.toContain('thoughtSignature');
  });

  it('marks the first call of each step whose signature was lost, where the model insists on one', () => {
    const messages = [
      say('user', 'a'),
      say('assistant', call('c1', 'f'), call('c2', 'g')),
      say('tool', result('c1', '1'), result('c2', '2')),
      say('assistant', call('c3', 'h')),
    ];
    const signatures = (conversation: GeminiConversation): unknown[] =>
      JSON.stringify(conversation.contents).match(/"thoughtSignature":"[^"]*"/g) ?? [];

    expect(signatures(map(messages, true))).toEqual(Array(2).fill(`"thoughtSignature":"${SENTINEL}"`));
    expect(map(messages, true).contents[1]).toMatchObject({
      parts: [{ thoughtSignature: SENTINEL }, { functionCall: { name: 'g' } }],
    });
    expect(map(messages, true).listed).toEqual(['messages.tool_calls.extra_content defaulted']);
    expect(signatures(map(messages))).toEqual([]);
  });

  it.each<[string, ContentPart]>([
    ['http address', { type: 'image', source: { kind: 'url', url: 'http://x.example/a.png' } }],
    ['address of another scheme', { type: 'image', source: { kind: 'url', url: 'file:///etc/passwd' } }],
    ['file id of another provider', { type: 'file', source: { kind: 'file-id', fileId: 'file-1' } }],
    ['file of no known kind', { type: 'file', source: { kind: 'base64', mediaType: '', data: 'AA' } }],
    ['earlier audio answer', { type: 'audio', source: { kind: 'response-id', id: 'a1' } }],
    ['part of another dialect', { type: 'native', dialect: 'anthropic-messages', value: {} }],
    ['call out of place', call('c1', 'f')],
  ])('lists an %s as dropped', (_what, part) => {
    expect(map([say('user', 'x', part)])).toMatchObject({
      contents: [{ parts: [{ text: 'x' }] }],
      listed: ['messages.content dropped'],
    });
  });

  it.each<[string, ChatMessage, string[]]>([
    ['a name', { ...say('user', 'x'), name: 'bob' }, ['messages.name dropped']],
    ['an unknown member', { ...say('user', 'x'), extensions: { mood: 1 } }, ['messages.mood dropped']],
    [
      'a cache mark',
      say('user', { type: 'text', text: 'x', cacheMark: { ttl: '5m' } }),
      ['cache_control dropped'],
    ],
    [
      'details of an image',
      say('user', { type: 'image', source: { kind: 'url', url: 'https://x.example' }, detail: 'high' }),
      ['messages.content.detail dropped'],
    ],
    [
      'details of a document',
      say('user', {
        type: 'file',
        source: { kind: 'text', text: 'x' },
        title: 't',
        context: 'c',
        citationsEnabled: true,
      }),
      [
        'messages.content.title dropped',
        'messages.content.context dropped',
        'messages.content.citations dropped',
      ],
    ],
    [
      'unsigned thinking',
      say('assistant', 'x', { type: 'reasoning', text: 't' }),
      ['messages.reasoning_content dropped'],
    ],
    ['a refusal', say('assistant', { type: 'refusal', text: 'no' }), ['messages.refusal rewritten']],
    [
      'sources',
      say('assistant', { type: 'text', text: 'x', citations: [] }),
      ['messages.content.citations dropped'],
    ],
    [
      'a call another provider ran',
      say('assistant', 'x', { type: 'tool-call', id: 's', name: 'search', kind: 'server', arguments: '{}' }),
      ['messages.content dropped'],
    ],
    [
      'an image in a system message',
      { ...say('system', { type: 'image', source: { kind: 'file-id', fileId: 'f' } }) },
      ['messages.content dropped'],
    ],
  ])('lists %s', (_what, message, listed) => {
    expect(
      map([say('user', 'hi'), message]).listed.filter((one) => one !== 'messages.role rewritten'),
    ).toEqual(listed);
  });

  it('keeps pictures of a tool result beside it', () => {
    const { contents, listed } = map([
      say('user', 'a'),
      say('assistant', call('c1', 'shot')),
      say('tool', {
        type: 'tool-result',
        toolCallId: 'c1',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
          { type: 'text', text: 'here' },
        ],
      }),
    ]);

    expect(contents[2]).toEqual({
      role: 'user',
      parts: [
        { functionResponse: { id: 'c1', name: 'shot', response: { output: 'see\nhere' } } },
        { inlineData: { mimeType: 'image/png', data: 'AA==' } },
      ],
    });
    expect(listed).toEqual(['messages.content rewritten']);
  });

  it('sends parts of Gemini’s own dialect and signed thoughts back as they were', () => {
    const { contents, listed } = map([
      say('user', 'a'),
      say(
        'assistant',
        { type: 'native', dialect: 'gemini', value: { executableCode: { language: 'PYTHON', code: '1' } } },
        { type: 'reasoning', text: 't', vendorData: { google: { thought_signature: 's' } } },
      ),
    ]);

    expect(contents[1]).toMatchObject({
      parts: [
        { executableCode: { language: 'PYTHON', code: '1' } },
        { text: 't', thought: true, thoughtSignature: 's' },
      ],
    });
    expect(listed).toEqual([]);
  });
});

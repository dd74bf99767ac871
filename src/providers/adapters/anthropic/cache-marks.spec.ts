import { mapToAnthropic, type AnthropicMapping } from '../../../../test/support/anthropic-wire';
import type { ChatMessage, ChatRequest } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';

const OWN = { dialect: 'anthropic-messages' as const };
const text = (value: string): ContentPart => ({ type: 'text', text: value });
const user = (...content: ContentPart[]): ChatMessage => ({ role: 'user', content });
const map = (messages: readonly ChatMessage[], request: Partial<ChatRequest> = {}): AnthropicMapping =>
  mapToAnthropic({ messages, ...request });

describe('cache marks for Anthropic', () => {
  const marked = (value: string, ttl: '5m' | '1h' = '5m'): ContentPart => ({
    type: 'text',
    text: value,
    cacheMark: { ttl },
  });

  it('stand on tools, instructions and parts', () => {
    const { body } = map([{ role: 'system', content: [marked('s', '1h')] }, user(marked('u'))], {
      tools: [{ kind: 'function', name: 'f', cacheMark: { ttl: '1h' } }],
    });

    expect(body).toMatchObject({
      tools: [{ name: 'f', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      system: [{ text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [{ content: [{ text: 'u', cache_control: { type: 'ephemeral' } }] }],
    });
  });

  it('are four at most: the first and the last three', () => {
    const { body, dropped } = map([
      user(marked('1'), marked('2'), marked('3'), marked('4'), marked('5'), text('6')),
    ]);

    const withMark = (
      body['messages'] as { content: { text: string; cache_control?: unknown }[] }[]
    )[0]?.content
      .filter((block) => block.cache_control !== undefined)
      .map((block) => block.text);
    expect(withMark).toEqual(['1', '3', '4', '5']);
    expect(dropped).toEqual(['cache_control clamped']);
  });

  it('leave room for the one that the client set for the whole request', () => {
    const request = { ...OWN, extensions: { cache_control: { type: 'ephemeral' } } };

    expect(map([user(marked('1'), marked('2'), marked('3'), marked('4'))], request).dropped).toEqual([
      'cache_control clamped',
    ]);
  });

  it('never grow longer along the prompt', () => {
    expect(map([user(marked('1', '5m'), marked('2', '1h'))])).toMatchObject({
      body: {
        messages: [
          { content: [{ cache_control: { type: 'ephemeral' } }, { cache_control: { type: 'ephemeral' } }] },
        ],
      },
      dropped: ['cache_control rewritten'],
    });
  });

  it('are reported where their part cannot carry one', () => {
    const thinking: ContentPart = { type: 'reasoning', text: 't', signature: 's', cacheMark: { ttl: '5m' } };

    expect(map([user(text('a')), { role: 'assistant', content: [thinking, text('x')] }]).dropped).toEqual([
      'cache_control dropped',
    ]);
  });
});

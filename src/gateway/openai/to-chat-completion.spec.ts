import type { JsonObject } from '../../common/json';
import type { ChatResult } from '../../llm/chat-result';
import type { ContentPart } from '../../llm/content-part';
import { NO_USAGE } from '../../llm/token-usage';
import { toChatCompletion } from './to-chat-completion';

const RESULT: ChatResult = {
  id: 'chatcmpl-1',
  created: 1_800_000_000,
  model: 'demo-small',
  choices: [],
  usage: undefined,
  droppedParameters: [],
};

function messageOf(content: readonly ContentPart[], extensions?: JsonObject): unknown {
  const choices = [{ index: 0, content, finishReason: 'stop' as const, extensions }];
  const body = toChatCompletion({ ...RESULT, choices }, NO_USAGE, {});
  return (body['choices'] as JsonObject[])[0]?.['message'];
}

describe('toChatCompletion', () => {
  it('has every member an OpenAI client expects, and the metadata beside them', () => {
    const usage = { ...NO_USAGE, inputUncached: 3, outputText: 2 };
    const choices = [
      { index: 0, content: [{ type: 'text' as const, text: 'Hi' }], finishReason: 'stop' as const },
      {
        index: 1,
        content: [],
        finishReason: 'length' as const,
        nativeFinishReason: 'max',
        logprobs: { content: [] },
      },
    ];

    const body = toChatCompletion(
      { ...RESULT, choices, serviceTier: 'flex', systemFingerprint: 'fp' },
      usage,
      { selected_model: 'm' },
    );

    expect(body).toMatchObject({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_800_000_000,
      model: 'demo-small',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
        {
          index: 1,
          message: { role: 'assistant', content: null, refusal: null },
          logprobs: { content: [] },
          finish_reason: 'length',
          native_finish_reason: 'max',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      service_tier: 'flex',
      system_fingerprint: 'fp',
      router_metadata: { selected_model: 'm' },
    });
  });

  it('joins text, keeps thinking and refusal apart, and lists calls of both kinds', () => {
    expect(
      messageOf([
        { type: 'reasoning', text: 'think' },
        { type: 'reasoning', signature: 'opaque' },
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
        { type: 'refusal', text: 'no' },
        { type: 'tool-call', kind: 'function', id: 'c0', name: 'f', arguments: '{ }' },
        {
          type: 'tool-call',
          kind: 'custom',
          id: 'c1',
          name: 'g',
          arguments: 'x',
          vendorData: { google: { s: 1 } },
        },
      ]),
    ).toEqual({
      role: 'assistant',
      content: 'ab',
      refusal: 'no',
      reasoning_content: 'think',
      tool_calls: [
        { id: 'c0', type: 'function', function: { name: 'f', arguments: '{ }' } },
        { id: 'c1', type: 'custom', custom: { name: 'g', input: 'x' }, extra_content: { google: { s: 1 } } },
      ],
    });
  });

  it('tells an empty text from no text', () => {
    expect(messageOf([{ type: 'text', text: '' }])).toMatchObject({ content: '' });
    expect(messageOf([])).toMatchObject({ content: null });
  });

  it('passes on what else the vendor said, which can replace nothing of ours', () => {
    const extensions = { id: 'forged', router_metadata: 'forged', usage: 'forged', x_vendor: 1 };
    const body = toChatCompletion({ ...RESULT, extensions }, NO_USAGE, { selected_model: 'm' });

    expect(body).toMatchObject({ id: 'chatcmpl-1', router_metadata: { selected_model: 'm' }, x_vendor: 1 });
    expect(body['usage']).toMatchObject({ total_tokens: 0 });
    expect(
      messageOf([{ type: 'text', text: 'a' }], { role: 'forged', content: 'forged', annotations: [] }),
    ).toEqual({
      role: 'assistant',
      content: 'a',
      refusal: null,
      annotations: [],
    });
  });
});

import fc from 'fast-check';
import { CLAUDE_TRAITS, mapToAnthropic } from '../../../../test/support/anthropic-wire';
import type { ChatMessage, ChatRole } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';

interface WireBlock {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly cache_control?: unknown;
}

interface WireMessage {
  readonly role: string;
  readonly content: string | readonly WireBlock[];
}

const id = fc.constantFrom('call_0', 'call.0', 'call:0', '', 'é');
const cacheMark = fc.option(fc.constantFrom({ ttl: '5m' as const }, { ttl: '1h' as const }), {
  nil: undefined,
});
const text = fc.record({
  type: fc.constant('text' as const),
  text: fc.constantFrom('', ' ', 'word', 'end \n'),
  cacheMark,
});
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id,
  name: fc.constant('f'),
  kind: fc.constantFrom('function' as const, 'custom' as const, 'server' as const),
  arguments: fc.constantFrom('', '{}', '{"a":1}', '[1]', 'not json'),
});
const result = fc.record({
  type: fc.constant('tool-result' as const),
  toolCallId: id,
  content: fc.array(text, { maxLength: 2 }),
  cacheMark,
});
const other: fc.Arbitrary<ContentPart> = fc.constantFrom<ContentPart>(
  { type: 'reasoning', text: 't' },
  { type: 'reasoning', text: 't', signature: 's' },
  { type: 'refusal', text: 'no' },
  { type: 'image', source: { kind: 'file-id', fileId: 'f' } },
  { type: 'native', dialect: 'gemini', value: {} },
);
const message: fc.Arbitrary<ChatMessage> = fc.record({
  role: fc.constantFrom<ChatRole>('system', 'developer', 'user', 'assistant', 'tool'),
  content: fc.array(fc.oneof(text, call, result, other), { maxLength: 4 }),
});

const blocksOf = ({ content }: WireMessage): readonly WireBlock[] =>
  typeof content === 'string' ? [] : content;

describe('any conversation on its way to Anthropic', () => {
  it('obeys the rules whose breach the vendor answers with 400', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
        const { body } = mapToAnthropic({ messages }, { traits: CLAUDE_TRAITS.byEffort });
        const wire = body['messages'] as readonly WireMessage[];
        const all = wire.flatMap(blocksOf);
        const ids = all.flatMap((block) => block.id ?? []);

        wire.forEach((turn, index) => {
          expect(['user', 'assistant']).toContain(turn.role);
          expect(turn.role).not.toBe(wire[index + 1]?.role);
          expect(turn.content).not.toHaveLength(0);
          const results = blocksOf(turn).map((block) => block.type === 'tool_result');
          if (turn.role === 'user')
            expect(results.lastIndexOf(true)).toBe(results.filter(Boolean).length - 1);
        });
        expect(all.filter((block) => block.type === 'text' && !/\S/.test(block.text ?? ''))).toEqual([]);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((one) => !/^[a-zA-Z0-9_-]+$/.test(one))).toEqual([]);
        expect((JSON.stringify(body).match(/"cache_control"/g) ?? []).length).toBeLessThanOrEqual(4);
        const last = wire.at(-1);
        if (last?.role === 'assistant') expect(endOf(last)).not.toMatch(/\s$/);
      }),
      { numRuns: 500 },
    );
  });
});

function endOf({ content }: WireMessage): string {
  return typeof content === 'string' ? content : (content.at(-1)?.text ?? '');
}

import fc from 'fast-check';
import { chatRequest } from '../../../test/support/chat-request-samples';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { checkAnswer } from '../../routing/verify/answer-checks';
import { AnswerDraft } from './answer-draft';

const DONE: ChatStreamEvent = { type: 'finish', choice: 0, reason: 'stop' };
const text = (piece: string, choice = 0): ChatStreamEvent => ({ type: 'text', choice, text: piece });

function seen(events: readonly ChatStreamEvent[]): Pick<ChatResult, 'choices'> | undefined {
  const draft = new AnswerDraft();
  for (const event of events) draft.add(event);
  return draft.finish();
}

describe('AnswerDraft', () => {
  it('finds in a streamed answer the faults of the same answer in one piece, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom("I'm sorry, but I cannot help with that.", '', '{"a": 1}', '{"a": ', 'Yes.'),
        fc.array(fc.nat({ max: 40 }), { maxLength: 5 }),
        (whole, cuts) => {
          const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].sort(
            (a, b) => a - b,
          );
          const pieces = places.slice(1).map((end, i) => whole.slice(places[i], end));
          const streamed = seen([...pieces.map((piece) => text(piece)), DONE]);
          const request = { ...chatRequest('x'), responseFormat: { type: 'json_object' as const } };

          expect(streamed && checkAnswer(request, streamed)).toEqual(
            checkAnswer(request, {
              choices: [{ index: 0, content: [{ type: 'text', text: whole }], finishReason: 'stop' }],
            }),
          );
        },
      ),
    );
  });

  it('puts tool calls together by their number', () => {
    const call = (index: number, name: string): ChatStreamEvent => ({
      type: 'tool-call-start',
      choice: 0,
      index,
      id: name,
      name,
      kind: 'function',
    });
    const piece = (index: number, part: string): ChatStreamEvent => ({
      type: 'tool-call-delta',
      choice: 0,
      index,
      arguments: part,
    });
    const result = seen([
      call(0, 'a'),
      piece(0, '{"x"'),
      call(1, 'b'),
      piece(1, '{}'),
      piece(0, ': 1}'),
      DONE,
    ]);

    expect(result?.choices[0]?.content).toEqual([
      { type: 'tool-call', id: 'a', name: 'a', kind: 'function', arguments: '{"x": 1}' },
      { type: 'tool-call', id: 'b', name: 'b', kind: 'function', arguments: '{}' },
    ]);
  });

  it('looks at the first choice only', () => {
    expect(seen([text('one'), text('two', 1), DONE])?.choices).toEqual([
      { index: 0, content: [{ type: 'text', text: 'one' }], finishReason: 'stop' },
    ]);
  });

  it('says nothing of an answer that is too long to keep or did not finish', () => {
    expect(seen([...Array.from({ length: 100 }, () => text('x'.repeat(1_000))), DONE])).toBeUndefined();
    expect(seen([text('half an')])).toBeUndefined();
  });
});

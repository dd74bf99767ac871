import type { AnswerContext } from '../../wire/answer-context';
import { fromLiteLlmResponse } from './from-litellm-response';

const CONTEXT: AnswerContext = {
  provider: 'litellm',
  attemptId: 'att_1',
  requestedModel: 'team-gpt',
  vendorRequestId: undefined,
  vendorCostNanoUsd: 7_950n,
  droppedParameters: [],
  nowMs: 0,
};

function read(message: object) {
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }];
  return fromLiteLlmResponse(JSON.stringify({ id: 'x', choices }), CONTEXT);
}

describe('an answer of LiteLLM', () => {
  it('has the refusal that the proxy put aside back in its place', () => {
    const [choice] = read({ content: '', provider_specific_fields: { refusal: 'I will not.' } }).choices;

    expect(choice?.content).toEqual([{ type: 'refusal', text: 'I will not.' }]);
    expect(choice?.extensions).toBeUndefined();
  });

  it('keeps what else the vendor said aside, without the members that say nothing', () => {
    const aside = { refusal: null, citations: [1], empty: null };
    const [choice] = read({ content: 'Yes.', thinking_blocks: [], provider_specific_fields: aside }).choices;

    expect(choice?.content).toEqual([{ type: 'text', text: 'Yes.' }]);
    expect(choice?.extensions).toEqual({
      thinking_blocks: [],
      provider_specific_fields: { citations: [1] },
    });
  });

  it('carries the cost that the proxy names', () => {
    expect(read({ content: 'Yes.' }).vendorCostNanoUsd).toBe(7_950n);
  });
});

import { chatRequest } from '../../../test/support/chat-request-samples';
import type { ChatRequest } from '../../llm/chat-request';
import type { ChatChoice, ChatResult } from '../../llm/chat-result';
import { checkAnswer } from './answer-checks';
import { judgeAnswer } from './judge-answer';

function answer(choice: Partial<ChatChoice> | string): ChatResult {
  const content =
    typeof choice === 'string' ? { content: [{ type: 'text' as const, text: choice }] } : choice;
  return {
    id: '1',
    created: 1,
    model: 'm',
    choices: [{ index: 0, content: [], finishReason: 'stop', ...content }],
    usage: undefined,
    droppedParameters: [],
  };
}

const asked = (overrides: Partial<ChatRequest> = {}): ChatRequest => chatRequest('Hi', overrides);
const SCHEMA = {
  type: 'object',
  required: ['name', 'age'],
  additionalProperties: false,
  properties: {
    name: { type: 'string' },
    age: { type: 'integer' },
    tags: { type: 'array', items: { enum: ['a', 'b'] } },
  },
};
const wantsSchema = asked({ responseFormat: { type: 'json_schema', name: 's', schema: SCHEMA } });
const weather = {
  kind: 'function' as const,
  name: 'weather',
  parameters: { type: 'object', required: ['city'] },
};
const call = (name: string, args: string) => ({
  content: [{ type: 'tool-call' as const, id: 'c', name, kind: 'function' as const, arguments: args }],
  finishReason: 'tool_calls' as const,
});

describe('checkAnswer', () => {
  it.each<[string, ChatRequest, ChatResult, readonly string[]]>([
    ['a plain answer', asked(), answer('Paris is the capital of France.'), []],
    ['nothing at all', asked(), answer(' \n'), ['empty']],
    ['a refusal in words', asked(), answer("I'm sorry, but I cannot do that."), ['refusal']],
    ['a refusal with a curly apostrophe', asked(), answer('I’m unable to open links.'), ['refusal']],
    ['a refusal part', asked(), answer({ content: [{ type: 'refusal', text: 'No.' }] }), ['refusal']],
    ['a filtered answer', asked(), answer({ content: [], finishReason: 'content_filter' }), ['refusal']],
    [
      'an answer that quotes a refusal later on',
      asked(),
      answer('The clerk said: I am unable to help you.'),
      [],
    ],
    [
      'a cut answer',
      asked(),
      answer({ content: [{ type: 'text', text: 'It is' }], finishReason: 'length' }),
      ['truncated'],
    ],
    ['an answer in doubt', asked(), answer("I'm not sure, but it may be Lyon."), ['unsure']],
    ['the same line again and again', asked(), answer('and then it went on\n'.repeat(8)), ['repetitive']],
    ['no JSON', asked({ responseFormat: { type: 'json_object' } }), answer('Sure: {'), ['invalid_json']],
    [
      'JSON that is no object',
      asked({ responseFormat: { type: 'json_object' } }),
      answer('[1]'),
      ['schema_mismatch'],
    ],
    ['JSON of the schema', wantsSchema, answer('{"name": "A", "age": 3, "tags": ["a"]}'), []],
    ['a missing member', wantsSchema, answer('{"name": "A"}'), ['schema_mismatch']],
    ['a wrong type', wantsSchema, answer('{"name": "A", "age": 3.5}'), ['schema_mismatch']],
    ['a member too many', wantsSchema, answer('{"name": "A", "age": 3, "x": 1}'), ['schema_mismatch']],
    [
      'a value that is not allowed',
      wantsSchema,
      answer('{"name": "A", "age": 3, "tags": ["c"]}'),
      ['schema_mismatch'],
    ],
    ['a tool call', asked({ tools: [weather] }), answer(call('weather', '{"city":"Rome"}')), []],
    [
      'arguments that are no JSON',
      asked({ tools: [weather] }),
      answer(call('weather', '{"city"')),
      ['invalid_tool_call'],
    ],
    [
      'arguments without what is required',
      asked({ tools: [weather] }),
      answer(call('weather', '{}')),
      ['invalid_tool_call'],
    ],
    [
      'a tool that does not exist',
      asked({ tools: [weather] }),
      answer(call('rain', '{}')),
      ['invalid_tool_call'],
    ],
    [
      'text where a call was required',
      asked({ tools: [weather], toolChoice: { mode: 'required' } }),
      answer('It rains.'),
      ['missing_tool_call'],
    ],
  ])('sees %s', (_name, request, result, faults) => {
    expect(checkAnswer(request, result).faults).toEqual(faults);
  });

  it('takes the mean probability of the tokens where there are any', () => {
    const logprobs = { content: [{ logprob: Math.log(0.5) }, { logprob: Math.log(0.5) }] };
    const result = answer({ content: [{ type: 'text', text: 'It is so' }], logprobs });

    expect(checkAnswer(asked(), result).tokenProbability).toBeCloseTo(0.5);
    expect(checkAnswer(asked(), answer('It is so')).tokenProbability).toBeUndefined();
  });

  it('survives schemas that refer to themselves and hostile ones', () => {
    const loop: Record<string, unknown> = { type: 'object' };
    loop['properties'] = { next: loop };
    const deep = `${'{"next":'.repeat(200)}{}${'}'.repeat(200)}`;
    const request = asked({ responseFormat: { type: 'json_schema', name: 's', schema: loop } });

    expect(checkAnswer(request, answer(deep)).faults).toEqual([]);
  });
});

describe('judgeAnswer', () => {
  const NONE = { faults: [], formHolds: false, tokenProbability: undefined } as const;

  it('never accepts a fatal fault and says what it was', () => {
    expect(judgeAnswer(0.99, { ...NONE, faults: ['refusal'] })).toEqual({
      score: 0.05,
      confidence: 1,
      reasons: ['refusal'],
    });
  });

  it('rises with every sign that speaks for the answer and falls with every other', () => {
    const base = judgeAnswer(0.6, NONE).score;

    expect(judgeAnswer(0.6, { ...NONE, formHolds: true }).score).toBeGreaterThan(base);
    expect(judgeAnswer(0.6, { ...NONE, tokenProbability: 0.95 }).score).toBeGreaterThan(base);
    expect(judgeAnswer(0.6, { ...NONE, tokenProbability: 0.5 }).score).toBeLessThan(base);
    expect(judgeAnswer(0.6, { ...NONE, faults: ['truncated'] }).score).toBeLessThan(base);
    expect(judgeAnswer(0.6, NONE, 1).score).toBeGreaterThan(base);
    expect(judgeAnswer(0.6, NONE, 0).score).toBeLessThan(base);
    expect(judgeAnswer(0.6, NONE, 1).confidence).toBeGreaterThan(judgeAnswer(0.6, NONE).confidence);
  });

  it('stays a probability for every input', () => {
    for (const predicted of [0, 0.5, 1])
      for (const grade of [undefined, 0, 1]) {
        const { score } = judgeAnswer(predicted, { ...NONE, tokenProbability: 1, formHolds: true }, grade);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
  });
});

import fc from 'fast-check';
import { inputTokensOf, outputTokensOf } from '../../../llm/token-usage';
import { toTokenUsage } from './openai-usage';

describe('toTokenUsage', () => {
  it('splits cached, written, audio and reasoning tokens into disjoint buckets', () => {
    const usage = toTokenUsage({
      prompt_tokens: 1_000,
      completion_tokens: 300,
      total_tokens: 1_300,
      prompt_tokens_details: {
        cached_tokens: 400,
        cache_write_tokens: 100,
        audio_tokens: 50,
        text_tokens: 950,
      },
      completion_tokens_details: { reasoning_tokens: 120, audio_tokens: 30, accepted_prediction_tokens: 3 },
    });

    expect(usage).toEqual({
      inputUncached: 450,
      cacheRead: 400,
      cacheWrite5m: 100,
      cacheWrite1h: 0,
      audioInput: 50,
      imageInput: 0,
      outputText: 150,
      reasoning: 120,
      audioOutput: 30,
      imageOutput: 0,
    });
  });

  it('counts thinking that a server only shows in its total', () => {
    expect(toTokenUsage({ prompt_tokens: 10, completion_tokens: 29, total_tokens: 297 })).toMatchObject({
      outputText: 29,
      reasoning: 258,
    });
    expect(
      toTokenUsage({
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 35,
        completion_tokens_details: { reasoning_tokens: 20 },
      }),
    ).toMatchObject({ outputText: 5, reasoning: 20 });
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { prompt_tokens: 5 },
    { prompt_tokens: -5, completion_tokens: 1 },
    { prompt_tokens: '5', completion_tokens: 1 },
    { prompt_tokens: 1.5, completion_tokens: 1 },
    { prompt_tokens: 1e308, completion_tokens: 1 },
    { prompt_tokens: Number.NaN, completion_tokens: 1 },
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 6 } },
    { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: -1 } },
    { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: 'none' },
    { prompt_tokens: 5, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 2 } },
  ])('believes nothing of %j', (value) => {
    expect(toTokenUsage(value)).toBeUndefined();
  });

  it('keeps the total of the vendor, for any split', () => {
    const part = fc.nat(10_000);
    fc.assert(
      fc.property(part, part, part, part, part, (plain, cached, written, text, thought) => {
        const prompt = plain + cached + written;
        const completion = text + thought;
        fc.pre(prompt + completion > 0);
        const usage = toTokenUsage({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
          completion_tokens_details: { reasoning_tokens: thought },
        });

        expect(usage && inputTokensOf(usage)).toBe(prompt);
        expect(usage && outputTokensOf(usage)).toBe(completion);
      }),
    );
  });
});

import type { GeminiUsage } from '../../../../test/support/gemini-wire';
import { USAGE_BUCKETS, type TokenUsage } from '../../../llm/token-usage';
import { toTokenUsage } from './gemini-usage';

const sumOf = (usage: TokenUsage | undefined): number =>
  USAGE_BUCKETS.reduce((sum, bucket) => sum + (usage?.[bucket] ?? Number.NaN), 0);
const usageOf = (usage: GeminiUsage): TokenUsage | undefined => toTokenUsage(usage);

describe('toTokenUsage', () => {
  it('counts thoughts beside the answer, so that the sum is what Google bills', () => {
    const usage = usageOf({
      promptTokenCount: 9,
      candidatesTokenCount: 29,
      thoughtsTokenCount: 258,
      totalTokenCount: 296,
    });

    expect(usage).toMatchObject({ inputUncached: 9, outputText: 29, reasoning: 258, cacheRead: 0 });
    expect(sumOf(usage)).toBe(296);
  });

  it('takes cached tokens out of the prompt and adds what tools brought in', () => {
    const usage = usageOf({
      promptTokenCount: 1_000,
      cachedContentTokenCount: 800,
      toolUsePromptTokenCount: 50,
      candidatesTokenCount: 10,
      totalTokenCount: 1_060,
    });

    expect(usage).toMatchObject({ inputUncached: 250, cacheRead: 800, outputText: 10 });
    expect(sumOf(usage)).toBe(1_060);
  });

  it('tells sound and pictures apart, without what was cached of them', () => {
    const usage = usageOf({
      promptTokenCount: 500,
      cachedContentTokenCount: 100,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 50 },
        { modality: 'AUDIO', tokenCount: 250 },
        { modality: 'IMAGE', tokenCount: 200 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 100 }],
      candidatesTokenCount: 1_300,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
      totalTokenCount: 1_800,
    });

    expect(usage).toMatchObject({
      inputUncached: 50,
      cacheRead: 100,
      audioInput: 150,
      imageInput: 200,
      outputText: 10,
      imageOutput: 1_290,
    });
    expect(sumOf(usage)).toBe(1_800);
  });

  it('gives what only the total knows to the thoughts', () => {
    const usage = usageOf({ promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 40 });

    expect(usage).toMatchObject({ outputText: 5, reasoning: 25 });
    expect(sumOf(usage)).toBe(40);
  });

  it('reads a blocked prompt, whose answer has no tokens at all', () => {
    expect(sumOf(usageOf({ promptTokenCount: 31, totalTokenCount: 31 }))).toBe(31);
  });

  it('keeps the whole when its modalities are larger than it', () => {
    const promptTokensDetails = [{ modality: 'AUDIO' as const, tokenCount: 99 }];

    expect(usageOf({ promptTokenCount: 10, promptTokensDetails, totalTokenCount: 10 })).toMatchObject({
      inputUncached: 10,
      audioInput: 0,
    });
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'none'],
    ['no prompt', { candidatesTokenCount: 5 }],
    ['all zero', { promptTokenCount: 0, totalTokenCount: 0 }],
    ['a negative count', { promptTokenCount: 5, candidatesTokenCount: -1 }],
    ['a text for a count', { promptTokenCount: '5' }],
    ['a fraction', { promptTokenCount: 5.5 }],
    ['a huge count', { promptTokenCount: 1e300 }],
    ['more cached than sent', { promptTokenCount: 5, cachedContentTokenCount: 6 }],
  ])('refuses %s, so that the cost is estimated', (_what, value) => {
    expect(toTokenUsage(value)).toBeUndefined();
  });
});

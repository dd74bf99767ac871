import type { Usage } from '@anthropic-ai/sdk/resources/messages';
import fc from 'fast-check';
import { inputTokensOf, outputTokensOf } from '../../../llm/token-usage';
import { toTokenUsage } from './anthropic-usage';

const usage = (changes: Partial<Usage> | Record<string, unknown>): Record<string, unknown> => ({
  input_tokens: 3,
  output_tokens: 10,
  ...changes,
});

describe('toTokenUsage', () => {
  it('counts what was written to the cache as prompt', () => {
    const found = toTokenUsage(usage({ cache_creation_input_tokens: 12_304, output_tokens: 550 }));

    expect(found).toMatchObject({ inputUncached: 3, cacheWrite5m: 12_304, cacheWrite1h: 0, outputText: 550 });
    expect(found && inputTokensOf(found) + outputTokensOf(found)).toBe(12_857);
  });

  it('sums up to the vendor’s total whatever the parts', () => {
    const count = fc.nat(1_000_000);
    fc.assert(
      fc.property(count, count, count, count, count, (input, written, read, long, output) => {
        const found = toTokenUsage({
          input_tokens: input,
          output_tokens: output,
          cache_creation_input_tokens: written,
          cache_read_input_tokens: read,
          cache_creation: { ephemeral_1h_input_tokens: long, ephemeral_5m_input_tokens: 0 },
          output_tokens_details: { thinking_tokens: Math.floor(output / 2) },
        });
        const total = input + written + read + output;

        expect(found ? inputTokensOf(found) + outputTokensOf(found) : 0).toBe(total);
      }),
    );
  });

  it('adds the tokens of a compaction, which the totals leave out, and of nothing else', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 180, output_tokens: 20 },
      { type: 'message', input_tokens: 3, output_tokens: 10 },
    ];

    expect(toTokenUsage(usage({ iterations }))).toMatchObject({ inputUncached: 183, outputText: 30 });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'many'],
    ['negative counts', usage({ input_tokens: -1 })],
    ['counts as text', usage({ output_tokens: '10' })],
    ['huge counts', usage({ input_tokens: 1e308 })],
    ['more thinking than answer', usage({ output_tokens_details: { thinking_tokens: 11 } })],
    ['broken cache counts', usage({ cache_read_input_tokens: 0.5 })],
    ['a broken compaction', usage({ iterations: [{ type: 'compaction' }] })],
    ['all zero', usage({ input_tokens: 0, output_tokens: 0 })],
  ])('is unknown with %s', (_what, value) => {
    expect(toTokenUsage(value)).toBeUndefined();
  });
});

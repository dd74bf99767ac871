import { proposeThresholds, type BandOutcomes } from './propose-thresholds';

const bands = (shares: readonly number[], count = 200, intent = 'code_gen'): BandOutcomes[] =>
  shares.map((share, band) => ({ intent, band, count, good: share * count }));

describe('proposeThresholds', () => {
  it('finds where labels begin to lead to good outcomes', () => {
    const [all] = proposeThresholds(bands([0.2, 0.3, 0.4, 0.55, 0.7, 0.75, 0.86, 0.9, 0.95, 0.97]));

    expect(all).toEqual({
      intent: 'all',
      outcomes: 2_000,
      lowConfidence: 0.4,
      minConfidenceForDirect: 0.6,
    });
  });

  it('stops at the first bad tenth, however good the ones above are', () => {
    const [all] = proposeThresholds(bands([0.9, 0.9, 0.9, 0.9, 0.9, 0.3, 0.99, 0.99, 0.99, 0.99]));

    expect(all).toMatchObject({ lowConfidence: 0.6, minConfidenceForDirect: 0.6 });
  });

  it('proposes nothing from too few outcomes, or from bad ones', () => {
    expect(proposeThresholds(bands([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 5))[0]).toMatchObject({
      lowConfidence: undefined,
      minConfidenceForDirect: undefined,
    });
    expect(proposeThresholds(bands(Array.from({ length: 10 }, () => 0.4)))[0]).toMatchObject({
      lowConfidence: undefined,
    });
    expect(proposeThresholds([])).toEqual([
      { intent: 'all', outcomes: 0, lowConfidence: undefined, minConfidenceForDirect: undefined },
    ]);
  });

  it('tells intents apart and leaves out outcomes without a confidence', () => {
    const proposals = proposeThresholds([
      ...bands([0, 0, 0, 0, 0, 0, 0, 0, 0, 0.95], 100, 'translation'),
      ...bands([0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3], 100, 'vision'),
      { intent: 'vision', band: -1, count: 500, good: 500 },
    ]);

    expect(proposals.map(({ intent, minConfidenceForDirect }) => [intent, minConfidenceForDirect])).toEqual([
      ['all', undefined],
      ['translation', 0.9],
      ['vision', undefined],
    ]);
    expect(proposals[2]?.outcomes).toBe(1_000);
  });
});

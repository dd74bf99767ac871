import { expectedGain, judgeCascade } from './cascade-worth';

const TERMS = { weakCost: 6, verifierCost: 2, strongCost: 100, weakQuality: 0.7, strongQuality: 0.85 };

describe('judgeCascade', () => {
  it('is worthwhile where trying is cheap and the weak model good', () => {
    expect(judgeCascade(TERMS)).toEqual({ worthwhile: true });
  });

  it.each([
    ['the weak model is too dear', { weakCost: 25 }, 'costs 27.0 %'],
    ['the verifier is too dear', { verifierCost: 10 }, 'costs 16.0 %'],
    ['the strong model is free', { strongCost: 0 }, 'costs'],
    ['the weak model is too bad', { weakQuality: 0.4 }, 'reaches 47.1 %'],
  ])('switches off when %s, and says why', (_, change, why) => {
    expect(judgeCascade({ ...TERMS, ...change })).toEqual({
      worthwhile: false,
      because: expect.stringContaining(why) as string,
    });
  });
});

describe('expectedGain', () => {
  it('is the difference of the predictions without evidence, less after praise, more after doubt', () => {
    expect(expectedGain(0.6, 0.8, 0)).toBeCloseTo(0.2);
    expect(expectedGain(0.6, 0.8, 3)).toBeLessThan(0);
    expect(expectedGain(0.6, 0.8, -3)).toBeGreaterThan(0.7);
  });
});

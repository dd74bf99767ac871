import fc from 'fast-check';
import { tieredCandidates } from '../../../test/support/route-inputs';
import type { Candidate } from '../candidate';
import { priceScores } from './price-scale';

const [sample] = tieredCandidates('hello') as [Candidate, ...Candidate[]];
const costing = (...costs: readonly bigint[]): Candidate[] =>
  costs.map((expectedCost) => ({ ...sample, expectedCost }));
const costsArbitrary = fc.array(fc.bigInt({ min: 1_000n, max: 10n ** 11n }), { minLength: 2, maxLength: 40 });

describe('priceScores on the scale of the typical cost', () => {
  it('gives a free answer 1, the typical one 0.8, sixteen times the typical cost a half', () => {
    expect(priceScores(costing(0n, 0n), 'typical')).toEqual([1, 1]);
    expect(priceScores(costing(5_000n, 5_000n), 'typical')).toEqual([0.8, 0.8]);
    // Mean root of 0, 0, 0 and 16 is 4: the last costs (16 / 4)² = 16 times the typical cost.
    expect(priceScores(costing(0n, 0n, 0n, 256n), 'typical')).toEqual([1, 1, 1, 0.5]);
  });

  it('keeps the order of the costs and stays between 0 and 1', () => {
    fc.assert(
      fc.property(costsArbitrary, (costs) => {
        const scores = priceScores(costing(...costs), 'typical');
        const byCost = costs.map((cost, i) => ({ cost, score: scores[i] ?? 0 }));
        for (const { cost, score } of byCost) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(1);
          for (const other of byCost) if (other.cost > cost) expect(other.score).toBeLessThanOrEqual(score);
        }
      }),
    );
  });

  it('does not depend on the length of the prompt: all costs times the same factor score alike', () => {
    fc.assert(
      fc.property(costsArbitrary, fc.bigInt({ min: 2n, max: 1_000n }), (costs, factor) => {
        const scores = priceScores(costing(...costs), 'typical');
        const scaled = priceScores(costing(...costs.map((cost) => cost * factor)), 'typical');
        scores.forEach((score, i) => {
          expect(scaled[i]).toBeCloseTo(score, 5);
        });
      }),
    );
  });

  it('keeps most of the difference between two models when a model dearer than all others joins ten of them', () => {
    const ten = [100n, 400n, ...Array.from({ length: 8 }, () => 900n)];
    const between = ([a = 0, b = 0]: readonly number[]): number => a - b;

    const alone = between(priceScores(costing(...ten), 'typical'));
    const joined = between(priceScores(costing(...ten, 30_000n), 'typical'));

    expect(joined).toBeGreaterThan(0.6 * alone);
  });

  it('counts a warm prompt cache as money saved', () => {
    const [warm, cold] = costing(900n, 900n) as [Candidate, Candidate];

    const [first = 0, second = 0] = priceScores([{ ...warm, cacheSaving: 500n }, cold], 'typical');

    expect(first).toBeGreaterThan(second);
    expect(priceScores([{ ...warm, cacheSaving: 2_000n }, cold], 'typical')[0]).toBe(1);
  });
});

describe('priceScores on the scale of logarithms', () => {
  it('makes twice as dear the same step everywhere', () => {
    expect(priceScores(costing(1_000n, 8_000n, 64_000n), 'logarithm')).toEqual([1, 0.5, 0]);
  });

  it('does not blow up small differences', () => {
    const [cheap = 0, dear = 0] = priceScores(costing(1_000n, 2_000n), 'logarithm');

    expect(cheap - dear).toBeCloseTo(1 / 3, 5);
  });
});

import fc from 'fast-check';
import { blendEvidence, type AnswerEvidence } from './quality-evidence';

const NONE: AnswerEvidence = { checked: 0, sound: 0, weight: 0, good: 0 };

describe('blendEvidence', () => {
  it('leaves the prediction alone without evidence', () => {
    expect(blendEvidence(0.7, undefined)).toBe(0.7);
    expect(blendEvidence(0.7, NONE)).toBe(0.7);
  });

  it('moves towards what people say, the more of them the further', () => {
    expect(blendEvidence(0.7, { ...NONE, weight: 20, good: 0 })).toBe(0.35);
    expect(blendEvidence(0.7, { ...NONE, weight: 2_000, good: 200 })).toBeCloseTo(0.106, 2);
    expect(blendEvidence(0.2, { ...NONE, weight: 2_000, good: 2_000 })).toBeGreaterThan(0.98);
  });

  it('does not take an answer of the right form for a good one', () => {
    expect(blendEvidence(0.4, { ...NONE, checked: 10_000, sound: 10_000 })).toBe(0.4);
    expect(blendEvidence(0.4, { ...NONE, checked: 10_000, sound: 5_000 })).toBeCloseTo(0.2, 2);
  });

  it('stays a share for all counts there can be', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(1e6),
        fc.nat(1e6),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (predicted, checked, weight, share) => {
          const evidence = { checked, sound: checked * share, weight, good: weight * share };
          const blended = blendEvidence(predicted, evidence);
          return blended >= 0 && blended <= 1;
        },
      ),
    );
  });
});

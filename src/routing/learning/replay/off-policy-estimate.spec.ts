import {
  effectiveSampleSize,
  estimateDoublyRobust,
  estimateLogged,
  estimateSnips,
  type OffPolicySample,
} from './off-policy-estimate';
import { judgeReplay, type ReplayedSample } from './replay-verdict';

const SEEDS = 100;

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** True chance of a good answer; the contexts favour different actions. */
const chanceOf = (context: number, action: number): number =>
  0.3 + 0.5 * Math.abs(Math.sin(context * 5 + action * 2));
/** The log's policy: mostly action 0, the others explored. */
const loggedChance = (action: number): number => (action === 0 ? 0.7 : 0.15);
const candidateChoice = (context: number): number => (context < 0.5 ? 1 : 2);

/** A log with known truth: the candidate's true value is the mean chance of its choices over the contexts. */
function makeLog(seed: number, count: number, bias = 0): { samples: ReplayedSample[]; truth: number } {
  const next = random(seed);
  const samples: ReplayedSample[] = [];
  for (let i = 0; i < count; i++) {
    const context = next();
    const draw = next();
    const action = draw < 0.7 ? 0 : draw < 0.85 ? 1 : 2;
    const chosen = candidateChoice(context);
    samples.push({
      outcome: next() < chanceOf(context, action) ? 1 : 0,
      propensity: loggedChance(action),
      probability: action === chosen ? 1 : 0,
      expectedOfLogged: chanceOf(context, action) + bias,
      expectedOfCandidate: chanceOf(context, chosen) + bias,
      unsupported: 0,
    });
  }
  return { samples, truth: TRUTH };
}

const TRUTH = (() => {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += chanceOf((i + 0.5) / steps, candidateChoice((i + 0.5) / steps));
  return sum / steps;
})();

describe.each([
  ['SNIPS', estimateSnips],
  ['doubly robust', estimateDoublyRobust],
] as const)('%s', (_, estimate) => {
  it.each([
    ['a good model of outcomes', 0],
    ['a model of outcomes that is far off', 0.3],
  ])('covers the truth in at least 90 of 100 logs, with %s', (__, bias) => {
    let covered = 0;
    let sum = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { samples, truth } = makeLog(seed * 7919, 1500, bias);
      const { value, low, high } = estimate(samples);
      if (low <= truth && truth <= high) covered++;
      sum += value;
    }

    expect(covered).toBeGreaterThanOrEqual(90);
    expect(sum / SEEDS).toBeCloseTo(TRUTH, 2);
  });
});

describe('the doubly robust estimate', () => {
  it('is much narrower than SNIPS where the model of outcomes knows every outcome', () => {
    const samples = makeLog(5, 1500).samples.map((sample) => ({
      ...sample,
      outcome: sample.expectedOfLogged,
    }));
    const width = ({ low, high }: { low: number; high: number }): number => high - low;

    expect(width(estimateDoublyRobust(samples))).toBeLessThan(0.6 * width(estimateSnips(samples)));
  });

  it('is the plain mean when the candidate is the logged policy', () => {
    const samples = Array.from({ length: 50 }, (_, i): OffPolicySample => {
      const expected = (i % 7) / 7;
      return {
        outcome: i % 2,
        propensity: 1,
        probability: 1,
        expectedOfLogged: expected,
        expectedOfCandidate: expected,
      };
    });

    expect(estimateDoublyRobust(samples).value).toBeCloseTo(0.5);
    expect(estimateSnips(samples).value).toBeCloseTo(0.5);
    expect(estimateLogged(samples).value).toBeCloseTo(0.5);
    expect(effectiveSampleSize(samples)).toBeCloseTo(50);
  });
});

describe('judgeReplay', () => {
  it('says better of a better policy and worse of a worse one', () => {
    const { samples } = makeLog(11, 3000);
    const asLogged = samples.map((sample) => ({
      ...sample,
      outcome: sample.outcome * (sample.probability === 1 ? 1 : 0.5),
    }));
    const reversed = samples.map((sample) => ({
      ...sample,
      outcome: sample.outcome * (sample.probability === 1 ? 0.5 : 1),
    }));
    const pessimist = (list: ReplayedSample[]): ReplayedSample[] =>
      list.map((sample) => ({ ...sample, expectedOfLogged: 0, expectedOfCandidate: 0 }));

    expect(judgeReplay(pessimist(asLogged)).kind).toBe('better');
    expect(judgeReplay(pessimist(reversed)).kind).toBe('worse');
  });

  it('rarely takes an equal policy for a better or worse one', () => {
    let wrong = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { samples } = makeLog(seed * 104_729, 800);
      const equal = samples.map((sample, i) => ({
        ...sample,
        outcome: (i * 7919 + seed) % 2,
        expectedOfLogged: 0.5,
        expectedOfCandidate: 0.5,
      }));
      if (judgeReplay(equal).kind !== 'undecided') wrong++;
    }

    expect(wrong).toBeLessThanOrEqual(10);
  });

  it('refuses a verdict on a log without exploration, whatever it contains', () => {
    const { samples } = makeLog(3, 3000);
    const argmax = samples.map((sample) => ({
      ...sample,
      propensity: 1,
      unsupported: sample.probability === 1 ? 0 : 1,
    }));

    expect(judgeReplay(argmax)).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('never tried') as string,
    });
  });

  it('refuses a verdict on few decisions and on few effective ones', () => {
    const { samples } = makeLog(3, 3000);
    const lopsided = samples.map((sample, i) => ({
      ...sample,
      propensity: i === 0 ? 1e-6 : 0.5,
      probability: 1,
    }));

    expect(judgeReplay(samples.slice(0, 99))).toMatchObject({ kind: 'refused' });
    expect(judgeReplay(lopsided)).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining("candidate's own") as string,
    });
  });
});

import { ReplayTally, type ReplayedSample } from './replay-tally';
import { judgeReplay } from './replay-verdict';

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
      present: {
        probability: action === 0 ? 1 : 0,
        expected: chanceOf(context, 0) + bias,
        differs: true,
      },
    });
  }
  return { samples, truth: TRUTH };
}

/** Mean chance of a good answer over all contexts when an action is chosen so. */
function meanChance(choice: (context: number) => number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += chanceOf((i + 0.5) / steps, choice((i + 0.5) / steps));
  return sum / steps;
}

const TRUTH = meanChance(candidateChoice);
/** How much better the candidate is than the present policy, which always chooses the first action. */
const TRUE_DIFFERENCE = TRUTH - meanChance(() => 0);

const snips = (samples: readonly ReplayedSample[]) => ReplayTally.of(samples).snips();
const doublyRobust = (samples: readonly ReplayedSample[]) => ReplayTally.of(samples).doublyRobust();
const verdictOn = (samples: readonly ReplayedSample[]) => judgeReplay(ReplayTally.of(samples));

describe.each([
  ['SNIPS', snips],
  ['doubly robust', doublyRobust],
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

describe('the difference to the present policy', () => {
  it.each([
    ['a good model of outcomes', 0],
    ['a model of outcomes that is far off', 0.3],
  ])('covers the truth in at least 90 of 100 logs, with %s', (__, bias) => {
    let covered = 0;
    let sum = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { value, low, high } = ReplayTally.of(makeLog(seed * 6151, 1500, bias).samples).difference();
      if (low <= TRUE_DIFFERENCE && TRUE_DIFFERENCE <= high) covered++;
      sum += value;
    }

    expect(covered).toBeGreaterThanOrEqual(90);
    expect(sum / SEEDS).toBeCloseTo(TRUE_DIFFERENCE, 2);
  });
});

describe('the doubly robust estimate', () => {
  it('is much narrower than SNIPS where the model of outcomes knows every outcome', () => {
    const samples = makeLog(5, 1500).samples.map((sample) => ({
      ...sample,
      outcome: sample.expectedOfLogged,
    }));
    const width = ({ low, high }: { low: number; high: number }): number => high - low;

    expect(width(doublyRobust(samples))).toBeLessThan(0.6 * width(snips(samples)));
  });

  it('is the plain mean when the candidate is the logged policy', () => {
    const samples = Array.from({ length: 50 }, (_, i): ReplayedSample => {
      const expected = (i % 7) / 7;
      return {
        outcome: i % 2,
        propensity: 1,
        probability: 1,
        expectedOfLogged: expected,
        expectedOfCandidate: expected,
        unsupported: 0,
        present: { probability: 1, expected, differs: false },
      };
    });
    const tally = ReplayTally.of(samples);

    expect(tally.doublyRobust().value).toBeCloseTo(0.5);
    expect(tally.snips().value).toBeCloseTo(0.5);
    expect(tally.logged().value).toBeCloseTo(0.5);
    expect(tally.difference()).toEqual({ value: 0, low: 0, high: 0 });
    expect(tally.overlap().effectiveSampleSize).toBeCloseTo(50);
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
      list.map((sample) => ({
        ...sample,
        expectedOfLogged: 0,
        expectedOfCandidate: 0,
        present: { ...sample.present, expected: 0 },
      }));

    expect(verdictOn(pessimist(asLogged)).kind).toBe('better');
    expect(verdictOn(pessimist(reversed)).kind).toBe('worse');
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
        present: { ...sample.present, expected: 0.5 },
      }));
      if (verdictOn(equal).kind !== 'undecided') wrong++;
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

    expect(verdictOn(argmax)).toMatchObject({
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

    expect(verdictOn(samples.slice(0, 99))).toMatchObject({ kind: 'refused' });
    expect(verdictOn(lopsided)).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining("candidate's own") as string,
    });
  });

  it('refuses a verdict when nearly none of the decisions it would make otherwise were made so', () => {
    const { samples } = makeLog(3, 3000);
    const hardlyTried = samples.map((sample, i) => ({
      ...sample,
      propensity: 1,
      probability: i % 100 === 0 ? 0 : 1,
      present: { ...sample.present, differs: i % 100 === 0 },
    }));

    expect(verdictOn(hardlyTried)).toMatchObject({
      kind: 'refused',
      because: 'of 30 decisions the candidate would make otherwise only 0 were made so (at least 30)',
    });
  });

  it('takes no side when the candidate chooses as the present policy does, whatever exploration cost', () => {
    const { samples } = makeLog(3, 3000);
    const same = samples.map((sample, i) => ({
      ...sample,
      probability: sample.present.probability,
      expectedOfCandidate: sample.present.expected,
      outcome: sample.present.probability === 1 ? 1 : i % 2,
      present: { ...sample.present, differs: false },
    }));

    expect(verdictOn(same)).toEqual({ kind: 'undecided', difference: { value: 0, low: 0, high: 0 } });
  });
});

import { NO_ACCESS_RULES } from '../../../access/access-rules';
import { chatRequest } from '../../../../test/support/chat-request-samples';
import { TIERED_CARDS, catalogOf, tieredOffers } from '../../../../test/support/routing-samples';
import { allStrategies, testRouter } from '../../../../test/support/test-router';
import { readCandidatePolicy } from './candidate-policy';
import { FIXED_RULES, PRESENT_POLICY, ruleOf, type ChoiceRule } from './choice-rule';
import { readLoggedDecision, type LoggedDecision } from './logged-decision';
import { PolicyReplay, type ReplayVersions } from './policy-replay';
import { ReplayTally, type ReplayedSample } from './replay-tally';
import { judgeReplay } from './replay-verdict';

const strategies = allStrategies();
const catalog = catalogOf(TIERED_CARDS);
const PROMPTS = ['What is 2+2?', 'Tell me about climate change', 'Analyze the time complexity of merge sort'];

function log(
  explorationPermille: number,
  count = 400,
): { decisions: LoggedDecision[]; versions: ReplayVersions } {
  const settings = {
    ROUTER_DEFAULT_STRATEGY: 'hybrid',
    ROUTER_EXPLORATION_PERMILLE: String(explorationPermille),
  };
  const service = testRouter(settings);
  const decisions = Array.from({ length: count }, (_, i): LoggedDecision => {
    const request = chatRequest(PROMPTS[i % PROMPTS.length] ?? '', {});
    const decision = service.decide({
      decisionId: `dec_${String(i)}`,
      request,
      analysis: service.analyze(request),
      preference: service.preferenceOf(undefined),
      offers: tieredOffers(),
      catalog,
      modelRules: [NO_ACCESS_RULES],
      regionRules: [NO_ACCESS_RULES],
      region: undefined,
      remainingBudget: undefined,
      expectedOutputTokens: 300,
      today: '2026-06-01',
      seed: i * 2_654_435,
    });
    return { record: decision.toRecord(), outcome: i % 4 === 0 ? 0 : 1 };
  });
  return {
    decisions,
    versions: { catalogOf: () => catalog, profileOf: () => service.profile },
  };
}

const policy = (text: string) => ruleOf(readCandidatePolicy(text), strategies);

interface Replayed {
  readonly tally: ReplayTally;
  readonly candidateCost: number;
  readonly loggedCost: number;
  readonly skipped: Readonly<Record<string, number>>;
}

function replay(decisions: readonly LoggedDecision[], rule: ChoiceRule, versions: ReplayVersions): Replayed {
  const run = new PolicyReplay(ruleOf(PRESENT_POLICY, strategies), { rule });
  for (const decision of decisions) run.add(decision, versions);
  const result = run.results().get('rule');
  return {
    tally: result?.tally ?? new ReplayTally(),
    candidateCost: result?.meanCost ?? Number.NaN,
    loggedCost: run.loggedMeanCost,
    skipped: Object.fromEntries(run.skipped),
  };
}

describe('PolicyReplay', () => {
  it('finds the logged policy no better and no worse than itself, on a log with exploration', () => {
    const { decisions, versions } = log(200);

    const { tally, skipped } = replay(decisions, policy('engine: hybrid'), versions);

    expect(skipped).toEqual({});
    expect(tally.overlap()).toMatchObject({ decisions: 400, unsupportedShare: 0, differing: 0 });
    expect(judgeReplay(tally)).toEqual({
      kind: 'undecided',
      difference: { value: 0, low: 0, high: 0 },
    });
  });

  it('takes the propensity of every choice from the record', () => {
    const { decisions, versions } = log(200);

    const taken: ReplayedSample[] = [];
    const spy = jest
      .spyOn(ReplayTally.prototype, 'add')
      .mockImplementation((sample) => void taken.push(sample));
    replay(decisions, policy('engine: hybrid'), versions);
    spy.mockRestore();

    for (const { probability, propensity } of taken)
      expect(propensity).toBeCloseTo(probability === 1 ? 0.85 : 0.05, 5);
    expect(taken.some(({ probability }) => probability === 0)).toBe(true);
  });

  it('refuses a verdict on another policy when the log never explored', () => {
    const { decisions, versions } = log(0);

    const { tally } = replay(decisions, policy('objective: cost_optimized'), versions);

    expect(judgeReplay(tally)).toMatchObject({ kind: 'refused' });
  });

  it('weighs by the candidate policy and shows what it would cost', () => {
    const { decisions, versions } = log(200);
    const weights = 'weights: {balanced: {quality: 0, price: 1, speed: 0}}';

    const cheap = replay(decisions, policy(weights), versions);
    const best = replay(decisions, policy('weights: {balanced: {quality: 1, price: 0, speed: 0}}'), versions);

    expect(cheap.candidateCost).toBeLessThan(cheap.loggedCost);
    expect(best.candidateCost).toBeGreaterThan(cheap.candidateCost);
  });

  it('replays the fixed baselines', () => {
    const { decisions, versions } = log(200, 10);
    const cost = (name: string): number => {
      const rule = FIXED_RULES[name];
      return rule ? replay(decisions, rule, versions).candidateCost : Number.NaN;
    };

    expect(cost('always cheapest')).toBe(300_000);
    expect(cost('always strongest')).toBe(9_000_000);
  });

  it('skips decisions of a catalogue that is not at hand instead of guessing', () => {
    const { decisions, versions } = log(200, 10);

    const { tally, skipped } = replay(decisions, policy('engine: hybrid'), {
      ...versions,
      catalogOf: () => undefined,
    });

    expect(tally.overlap().decisions).toBe(0);
    expect(skipped).toEqual({ 'catalogue or weights not at hand': 10 });
  });
});

describe('readLoggedDecision', () => {
  it('reads what was written and names the line that is wrong', () => {
    const [decision] = log(100, 1).decisions;

    expect(readLoggedDecision(JSON.stringify(decision), 1)).toEqual(decision);
    expect(() => readLoggedDecision('{"record":{},"outcome":1}', 3)).toThrow('line 3');
    expect(() => readLoggedDecision(JSON.stringify({ ...decision, outcome: 7 }), 1)).toThrow(
      'line 1: outcome',
    );
  });
});

describe('readCandidatePolicy', () => {
  it.each([
    ['a list', '- hybrid', 'mapping'],
    ['an unknown field', 'motor: hybrid', 'motor'],
    ['an unknown objective', 'objective: best', 'objective is one of'],
    ['weights without numbers', 'weights: {balanced: {quality: high}}', 'expected'],
  ])('refuses %s', (_, text, message) => {
    expect(() => readCandidatePolicy(text)).toThrow(message);
  });

  it('names the engines there are when it names another one', () => {
    expect(() => policy('engine: magic')).toThrow('engine magic does not exist; there is heuristic');
  });
});

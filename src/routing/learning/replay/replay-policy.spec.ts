import { NO_ACCESS_RULES } from '../../../access/access-rules';
import { chatRequest } from '../../../../test/support/chat-request-samples';
import { TIERED_CARDS, catalogOf, tieredOffers } from '../../../../test/support/routing-samples';
import { allStrategies, testRouter } from '../../../../test/support/test-router';
import { readCandidatePolicy } from './candidate-policy';
import {
  FIXED_RULES,
  readDecisionLog,
  replayPolicy,
  ruleOf,
  type LoggedDecision,
  type ReplayVersions,
} from './replay-policy';
import { judgeReplay, overlapOf } from './replay-verdict';

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

describe('replayPolicy', () => {
  it('finds the logged policy no better and no worse than itself, on a log with exploration', () => {
    const { decisions, versions } = log(200);

    const { samples, skipped } = replayPolicy(decisions, policy('engine: hybrid'), versions);

    expect(skipped).toBe(0);
    expect(overlapOf(samples)).toMatchObject({ decisions: 400, unsupportedShare: 0 });
    expect(judgeReplay(samples).kind).toBe('undecided');
  });

  it('takes the propensity of every choice from the record', () => {
    const { decisions, versions } = log(200);

    const { samples } = replayPolicy(decisions, policy('engine: hybrid'), versions);

    for (const { probability, propensity } of samples)
      expect(propensity).toBeCloseTo(probability === 1 ? 0.85 : 0.05, 5);
    expect(samples.some(({ probability }) => probability === 0)).toBe(true);
  });

  it('refuses a verdict on another policy when the log never explored', () => {
    const { decisions, versions } = log(0);

    const { samples } = replayPolicy(decisions, policy('objective: cost_optimized'), versions);

    expect(judgeReplay(samples)).toMatchObject({ kind: 'refused' });
  });

  it('weighs by the candidate policy and shows what it would cost', () => {
    const { decisions, versions } = log(200);
    const weights = 'weights: {balanced: {quality: 0, price: 1, speed: 0}}';

    const cheap = replayPolicy(decisions, policy(weights), versions);
    const best = replayPolicy(
      decisions,
      policy('weights: {balanced: {quality: 1, price: 0, speed: 0}}'),
      versions,
    );

    expect(cheap.candidateCost).toBeLessThan(cheap.loggedCost);
    expect(best.candidateCost).toBeGreaterThan(cheap.candidateCost);
  });

  it('replays the fixed baselines', () => {
    const { decisions, versions } = log(200, 10);
    const cost = (name: string): number => {
      const rule = FIXED_RULES[name];
      return rule ? replayPolicy(decisions, rule, versions).candidateCost : Number.NaN;
    };

    expect(cost('always cheapest')).toBe(300_000);
    expect(cost('always strongest')).toBe(9_000_000);
  });

  it('skips decisions of a catalogue that is not at hand instead of guessing', () => {
    const { decisions, versions } = log(200, 10);

    const { samples, skipped } = replayPolicy(decisions, policy('engine: hybrid'), {
      ...versions,
      catalogOf: () => undefined,
    });

    expect(samples).toEqual([]);
    expect(skipped).toBe(10);
  });
});

describe('readDecisionLog', () => {
  it('reads what was written and names the line that is wrong', () => {
    const { decisions } = log(100, 2);
    const lines = decisions.map((decision) => JSON.stringify(decision)).join('\n');

    expect(readDecisionLog(`${lines}\n`)).toEqual(decisions);
    expect(() => readDecisionLog(`${lines}\n{"record":{},"outcome":1}`)).toThrow('line 3');
    expect(() => readDecisionLog(JSON.stringify({ ...decisions[0], outcome: 7 }))).toThrow('line 1: outcome');
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
});

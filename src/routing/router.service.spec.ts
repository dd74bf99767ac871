import { NO_ACCESS_RULES, toAccessRules } from '../access/access-rules';
import { chatRequest } from '../../test/support/chat-request-samples';
import { testRouter } from '../../test/support/test-router';
import { TIERED_CARDS, catalogOf, tieredOffers } from '../../test/support/routing-samples';
import type { RouteDecision, RouteRequest } from './router.service';

interface Options {
  readonly model?: string;
  readonly settings?: Record<string, string>;
  readonly strategy?: string;
  readonly route?: Partial<RouteRequest>;
}

function decide(text: string, { model, settings, strategy, route }: Options = {}): RouteDecision {
  const service = testRouter(settings);
  const request = chatRequest(text, { model });
  return service.decide({
    decisionId: 'dec_1',
    request,
    analysis: service.analyze(request),
    preference: service.preferenceOf(strategy),
    offers: tieredOffers(),
    catalog: catalogOf(TIERED_CARDS),
    modelRules: [NO_ACCESS_RULES],
    regionRules: [NO_ACCESS_RULES],
    region: undefined,
    remainingBudget: undefined,
    expectedOutputTokens: 300,
    today: '2026-06-01',
    seed: 1,
    ...route,
  });
}

const models = (decision: RouteDecision): string[] =>
  decision.kind === 'routed' ? decision.plan.steps.map(({ card }) => card.model) : [];

describe('RouterService', () => {
  it('refuses to start with a strategy that does not exist', () => {
    expect(() => testRouter({ ROUTER_DEFAULT_STRATEGY: 'astrology' })).toThrow(
      /ROUTER_DEFAULT_STRATEGY.*astrology/,
    );
  });

  it.each([undefined, 'auto', 'router', 'AUTO', ' '])('routes when the model is %j', (model) => {
    expect(models(decide('What is 2+2?', { model }))[0]).toMatch(/^small/);
  });

  it.each(['premium-a', 'openai/premium-a', 'OpenAI/Premium-A'])('plans only the model named %j', (model) => {
    const decision = decide('What is 2+2?', { model });

    expect(models(decision)).toEqual(['premium-a']);
    expect(decision.kind === 'routed' && decision.plan.strategy).toBe('direct');
  });

  it('lets other models stand in for a named one only when configured', () => {
    const settings = { ROUTER_DIRECT_FAILOVER: 'true' };

    const decision = decide('What is 2+2?', { model: 'premium-a', settings });

    expect(models(decision)[0]).toBe('premium-a');
    expect(models(decision).length).toBeGreaterThan(1);
    expect(decide('hi', { model: 'gpt-99', settings }).kind).toBe('none');
  });

  it('routes a named model away when names are not honoured', () => {
    const settings = { ROUTER_HONOUR_REQUESTED_MODEL: 'false' };

    expect(models(decide('What is 2+2?', { model: 'premium-a', settings }))[0]).toMatch(/^small/);
    expect(models(decide('What is 2+2?', { model: 'gpt-99', settings }))[0]).toMatch(/^small/);
  });

  it('says 404 for an unknown model and keeps its name out of the record', () => {
    const decision = decide('hi', { model: 'my secret plan' });

    expect(decision).toMatchObject({ kind: 'none', noRoute: { decisive: 'unknown_model' } });
    expect(JSON.stringify(decision.toRecord())).not.toContain('secret');
  });

  it('uses DEFAULT_MODEL when the prompt gives no signal, but not against an explicit wish', () => {
    const settings = { DEFAULT_MODEL: 'premium-b' };
    const text = 'Tell me about climate change';

    expect(models(decide(text, { settings }))[0]).toBe('premium-b');
    expect(models(decide(text, { settings, strategy: 'cost' }))[0]).not.toMatch(/^premium/);
  });

  it('follows the objective of the request over the configured one', () => {
    const settings = { ROUTER_DEFAULT_OBJECTIVE: 'quality_focused' };
    const text = 'Tell me about climate change';

    expect(models(decide(text, { settings }))[0]).toMatch(/^premium/);
    expect(models(decide(text, { settings, strategy: 'balanced' }))[0]).toMatch(/^balanced/);
  });

  it('stays within policy, region and budget', () => {
    const onlySmall = toAccessRules(['small-*']);

    expect(models(decide('Explain why', { route: { modelRules: [onlySmall] } }))).toEqual(
      expect.arrayContaining(['small-a', 'small-b']),
    );
    expect(models(decide('Explain why', { route: { remainingBudget: 6_000_000n } })).join()).not.toContain(
      'premium',
    );
    expect(decide('Explain why', { route: { regionRules: [toAccessRules(['cn'])] } })).toMatchObject({
      kind: 'none',
      noRoute: { decisive: 'region_denied' },
    });
  });

  it('ignores, hints or steers by the configured confidence thresholds', () => {
    const request = chatRequest('Please translate this sentence into French: good morning');
    const use = (settings: Record<string, string>): string =>
      testRouter(settings).analyze(request).intent.use;

    expect(use({ INTENT_LOW_CONFIDENCE: '1' })).toBe('ignored');
    expect(use({ INTENT_LOW_CONFIDENCE: '0', INTENT_MIN_CONF_FOR_DIRECT: '1' })).toBe('hint');
    expect(use({ INTENT_MIN_CONF_FOR_DIRECT: '0.1', INTENT_LOW_CONFIDENCE: '0.1' })).toBe('steers');
    expect(testRouter({ ROUTER_INTENT_CLASSIFIER_ENABLED: 'false' }).analyze(request).intent).toMatchObject({
      confidence: 0,
      method: 'off',
    });
  });
});

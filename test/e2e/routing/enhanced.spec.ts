import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';

const ROUTE = '/v1/chat/completions/enhanced';
const REFUSAL = "I'm sorry, but I cannot help with that.";
const QUESTION = 'Tell me about climate change';

interface RoutingMetadata {
  readonly strategy_used: string;
  readonly total_cost: number;
  readonly cascade_steps: readonly {
    readonly step: number;
    readonly model: string;
    readonly cost: number;
    readonly accepted: boolean;
  }[];
  readonly provider_chain: readonly string[];
  readonly escalation_reasons: readonly string[];
}

describe('the enhanced chat route', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  const metadataOf = (body: Record<string, unknown>): RoutingMetadata =>
    body['routing_metadata'] as RoutingMetadata;

  it('answers like the plain one, with routing_metadata beside it', async () => {
    const answer = await app.post(
      ROUTE,
      chatBody('What is 2+2?', { session_id: 's-1', enable_analytics: true }),
    );
    const plain = await app.chat('What is 2+2?');

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      choices: [{ message: { role: 'assistant' } }],
      router_metadata: { strategy: 'hybrid', dropped_parameters: [{ name: 'max_tokens' }] },
      routing_metadata: {
        strategy_used: 'hybrid',
        objective: 'balanced',
        total_cost: expect.any(Number),
        cascade_steps: [],
        quality_score: expect.any(Number),
        confidence_score: expect.any(Number),
        provider_chain: [expect.stringMatching(/^openai\//)],
        escalation_reasons: [],
        response_time_ms: expect.any(Number),
      },
    });
    expect(plain.body['routing_metadata']).toBeUndefined();
  });

  it('asks cheap models first by cascade_config, whatever objective the header names, and books each step', async () => {
    app.vendor.next({ text: REFUSAL });
    const user = app.newUser();
    const answer = await app.post(
      ROUTE,
      chatBody(QUESTION, {
        cascade_config: { cascade_type: 'balanced', max_budget: 0.05, quality_threshold: 0.6 },
      }),
      { key: user, headers: { 'x-routing-strategy': 'cost_optimized', 'x-max-budget': '0.5' } },
    );
    const metadata = metadataOf(answer.body);
    const rows = await app.rowsOf(answer);
    const spent = rows.reduce((sum, row) => sum + Number(row.cost_nano_usd), 0);

    expect(answer.status).toBe(200);
    expect(metadata.strategy_used).toBe('cascade');
    expect(metadata.cascade_steps.length).toBeGreaterThanOrEqual(2);
    expect(metadata.cascade_steps[0]).toMatchObject({ step: 1, accepted: false, reason: 'refusal' });
    expect(metadata.cascade_steps.at(-1)).toMatchObject({ accepted: true });
    expect(metadata.escalation_reasons[0]).toContain('refusal');
    expect(answer.text).not.toContain(REFUSAL);
    expect(rows.map((row) => Reflect.get(row, 'purpose') as string)).toEqual(rows.map(() => 'cascade_step'));
    expect(rows).toHaveLength(metadata.cascade_steps.length);
    expect(metadata.total_cost * 1e9).toBeCloseTo(spent);
    expect(metadata.cascade_steps.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(
      metadata.total_cost,
      9,
    );
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(spent), held: 0n });
  });

  it('cascades by header on the plain route, too, and streams only the accepted answer', async () => {
    app.vendor.next({ text: REFUSAL });
    const answer = await app.stream(chatBody(QUESTION, { stream_options: { include_usage: true } }), {
      headers: { 'x-enable-cascade': 'true', 'x-router-metadata': 'stream' },
    });

    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).not.toContain('cannot help');
    expect(app.vendor.calls.length).toBeGreaterThanOrEqual(2);
  });

  it('is a strategy of its own', async () => {
    const answer = await app.chat(QUESTION, { headers: { 'x-routing-strategy': 'cascade' } });

    expect(answer.body.router_metadata).toMatchObject({
      strategy: 'cascade',
      routing_reason: expect.stringContaining('Cascade balanced'),
    });
    await app.settled();
    const id = answer.body.router_metadata.decision_id;
    expect((await app.post(`/v1/router/decisions/${id}/replay`, undefined)).body).toMatchObject({
      identical: true,
    });
  });

  it('routes by similar prompts when asked to, and can prove it', async () => {
    const answer = await app.chat(QUESTION, { headers: { 'x-routing-strategy': 'semantic' } });
    await app.settled();
    const id = answer.body.router_metadata.decision_id;
    const shown = await app.get(`/v1/router/decisions/${id}`);

    expect(answer.body.router_metadata).toMatchObject({
      strategy: 'semantic',
      routing_reason: expect.stringContaining('By similar prompts'),
    });
    expect(shown.body).toMatchObject({
      decision: { strategy: 'semantic', predicted_by: expect.any(String) },
    });
    expect((await app.post(`/v1/router/decisions/${id}/replay`, undefined)).body).toMatchObject({
      identical: true,
    });
  });

  it('takes the preference of the body when the header names none', async () => {
    const byBody = await app.post(ROUTE, chatBody('hi', { routing_preference: 'speed' }));
    const both = await app.post(ROUTE, chatBody('hi', { routing_preference: 'speed' }), {
      headers: { 'x-routing-strategy': 'quality' },
    });

    expect(byBody.body['router_metadata']).toMatchObject({ objective: 'speed' });
    expect(both.body['router_metadata']).toMatchObject({ objective: 'quality_focused' });
  });

  it('refuses with 402 what no step fits into', async () => {
    const answer = await app.post(ROUTE, chatBody(QUESTION, { cascade_config: { max_budget: 0 } }));

    expect(answer.status).toBe(402);
    expect(app.vendor.calls).toEqual([]);
  });

  it.each([
    [{ cascade_config: 'yes' }],
    [{ cascade_config: { cascade_type: 'reckless' } }],
    [{ cascade_config: { quality_threshold: 2 } }],
    [{ cascade_config: { confidence_threshold: 'high' } }],
    [{ cascade_config: { max_budget: -1 } }],
    [{ cascade_config: { unknown: 1 } }],
    [{ routing_preference: 'magic' }],
    [{ routing_preference: 7 }],
    [{ session_id: 7 }],
    [{ enable_analytics: 'yes' }],
  ])('refuses %j with 400', async (members) => {
    const answer = await app.post(ROUTE, chatBody('hi', members));

    expect(answer.status).toBe(400);
    expect(app.vendor.calls).toEqual([]);
  });
});

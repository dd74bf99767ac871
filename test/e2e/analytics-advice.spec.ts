import { chatBody } from '../support/app-client';
import { createApp, describeInBothShapes, type TestApp } from '../support/create-app';

describeInBothShapes('advice and corrections', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 180_000);
  afterAll(() => app.stop());

  it('finds limits far above every answer, forecasts, and takes corrections that analytics show', async () => {
    const key = app.newUser();
    for (let i = 0; i < 20; i++)
      await app.chat(chatBody('Hi', { model: 'gpt-4o-mini', max_tokens: 4_000 }), { key });
    const [row] = await app.ledgerRows();

    const recommendations = await app.get('/v1/analytics/recommendations');
    const capacity = await app.get('/v1/analytics/capacity');
    const corrected = await app.post('/v1/analytics/reconcile', {
      records: [{ attempt_id: row?.attempt_id, cost_nano_usd: '123456' }],
    });
    const refused = await app.post('/v1/analytics/reconcile', { records: [] }, { key });
    const costs = await app.get('/v1/analytics/costs');

    const data = recommendations.body['data'] as readonly { kind: string; facts: Record<string, unknown> }[];
    expect(data.find(({ kind }) => kind === 'oversized_max_tokens')?.facts).toMatchObject({
      model: 'gpt-4o-mini',
      requests: 20,
      mean_limit: 4_000,
    });
    expect(capacity.body).toMatchObject({ scaling: { replicas: 2 }, peak: { requests_per_minute: 0.3333 } });
    expect(capacity.body['forecast']).toHaveLength(30);
    expect(corrected.body).toEqual({ corrected: 1, unchanged: 0, unknown: [] });
    expect(refused.status).toBe(403);
    const rows = await app.ledgerRows();
    const total = rows.reduce((cost, { cost_nano_usd }) => cost + BigInt(cost_nano_usd), 0n);
    expect(costs.body['summary']).toMatchObject({
      total_cost_nano_usd: total.toString(),
      total_requests: 20,
      total_calls: 20,
    });
    expect(rows).toHaveLength(21);
    expect(rows.filter(({ cost_source }) => cost_source === 'reconciled')).toHaveLength(1);
  });
});

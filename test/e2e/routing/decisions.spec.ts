import { chatBody } from '../../support/app-client';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';

describeInBothShapes('routing decisions', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('are stored beside the answer, shown in words, and replayed byte for byte', async () => {
    const secret = 'zanzibar-4711';
    const answer = await app.chat(`Explain ${secret} in two sentences`);
    const id = answer.headers.get('x-route-decision-id') ?? '';
    await app.settled();
    const shown = await app.get(`/v1/router/decisions/${id}`);
    const replayed = await app.post(`/v1/router/decisions/${id}/replay`, undefined);

    expect(shown.status).toBe(200);
    expect(shown.body).toMatchObject({
      id,
      request_id: answer.headers.get('x-modelmuxer-request-id'),
      record: { id, e: 'hybrid' },
      decision: {
        strategy: 'hybrid',
        objective: 'balanced',
        plan: expect.arrayContaining([
          `${answer.body.router_metadata.selected_provider}/${answer.body.router_metadata.selected_model}@global`,
        ]),
        candidates: expect.arrayContaining([
          expect.objectContaining({
            predicted_quality: expect.any(Number),
            expected_cost_nano_usd: expect.any(String),
          }),
        ]),
        rejected: expect.arrayContaining([expect.objectContaining({ reason: 'no_api_key' })]),
      },
    });
    expect(shown.text).not.toContain(secret);
    expect(JSON.stringify(shown.body['record']).length).toBeLessThanOrEqual(1_500);
    expect(replayed.body).toMatchObject({ id, identical: true, differs: null });
    expect(replayed.body['replayed']).toEqual(shown.body['record']);
  });

  it('of refused requests are stored, too', async () => {
    const answer = await app.chat(chatBody('hello', { model: 'auto', region: 'mars' }));
    await app.settled();

    expect(answer.status).toBe(403);
    expect(answer.error).toMatchObject({ code: 'policy_violation', reasons: ['region_denied'] });
  });

  it('are 404 when nobody made them, whatever the id looks like', async () => {
    for (const id of ['dec_00000000000000000000000000', 'nonsense', "'; DROP TABLE routing_decision; --"]) {
      const path = `/v1/router/decisions/${encodeURIComponent(id)}`;
      expect((await app.get(path)).status).toBe(404);
      expect((await app.post(`${path}/replay`, undefined)).status).toBe(404);
    }
  });

  it('can be asked for without a call: policy, plan, prices and record', async () => {
    const body = chatBody('Write to jane.doe@example.com about the time complexity of merge sort', {
      max_tokens: 50,
    });
    const explained = await app.post('/v1/router/explain', body, {
      headers: { 'x-routing-strategy': 'heuristic' },
    });
    const refused = await app.post('/v1/router/explain', chatBody('hello', { region: 'mars' }));
    const unknown = await app.post('/v1/router/explain', body, {
      headers: { 'x-routing-strategy': 'magic' },
    });

    expect(explained.status).toBe(200);
    expect(explained.body).toMatchObject({
      dry_run: true,
      policy: { blocked: false, reasons: [], redactions: { EMAIL: 1 } },
      plan: {
        strategy: 'heuristic',
        routing_reason: expect.stringContaining('Complex request'),
        steps: expect.arrayContaining([
          {
            model: expect.any(String),
            region: 'global',
            expected_cost: expect.any(Number),
            worst_case_cost: expect.any(Number),
            max_output_tokens: 50,
          },
        ]),
      },
      refusal: null,
      decision: { strategy: 'heuristic', intent: { label: expect.any(String) } },
      record: { e: 'heuristic' },
    });
    expect(refused.body).toMatchObject({
      plan: null,
      refusal: { code: 'policy_violation' },
      decision: { plan: [], rejected: expect.any(Array) },
    });
    expect(unknown.status).toBe(400);
    expect(app.vendor.calls).toEqual([]);
  });
});

import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { chatBody } from '../../support/app-client';

/** Nano-USD per token of gpt-4o-mini: 0.15, 0.075 (cached) and 0.60 USD per million. */
const INPUT = 150;
const CACHED = 75;
const OUTPUT = 600;

describeInBothShapes('a chat completion as JSON', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('carries the answer, the usage, and every field of the router metadata', async () => {
    const answer = await app.chat(chatBody('What is the capital of France?', { max_tokens: 100 }), {
      key: app.newUser(),
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'The quick brown fox jumps over the lazy dog.' },
          finish_reason: 'stop',
        },
      ],
      usage: { total_tokens: answer.body.usage.prompt_tokens + answer.body.usage.completion_tokens },
    });
    expect(answer.body.router_metadata).toMatchObject({
      selected_provider: 'openai',
      selected_model: answer.body['model'],
      routing_reason: expect.any(String),
      strategy: 'hybrid',
      objective: 'balanced',
      intent_label: expect.any(String),
      intent_confidence: expect.any(Number),
      intent_method: expect.any(String),
      intent_signals: {
        token_length_est: expect.any(Number),
        has_code_fence: false,
        has_programming_keywords: false,
        signals: { code: false, translation: false, vision: false, safety: false, json: false },
      },
      estimated_cost: expect.any(Number),
      actual_cost: expect.any(Number),
      actual_cost_nano_usd: expect.stringMatching(/^\d+$/),
      cost_source: 'exact',
      budget_remaining: expect.any(Number),
      response_time_ms: expect.any(Number),
      attempts: 1,
      cache: 'bypass',
      dropped_parameters: [],
      decision_id: expect.stringMatching(/^dec_/),
    });
  });

  it('says in its headers who answered, why, what it cost and under which ids', async () => {
    const answer = await app.chat('hello', { headers: { 'x-request-id': 'my own id' } });
    const metadata = answer.body.router_metadata;

    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': 'my own id',
      'x-modelmuxer-request-id': expect.stringMatching(/^req_/),
      'x-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
      'x-route-decision': `${metadata.selected_provider}/${metadata.selected_model}`,
      'x-route-strategy': 'hybrid',
      'x-route-decision-id': metadata.decision_id,
      'x-route-cost-usd': expect.stringMatching(/^0\.\d{9}$/),
    });
    expect(Number(answer.headers.get('x-route-cost-usd')) * 1e9).toBeCloseTo(
      Number(metadata.actual_cost_nano_usd),
    );
  });

  it('books exactly one row, priced to the nano-dollar from the usage the vendor told', async () => {
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 77,
      total_tokens: 1_077,
      prompt_tokens_details: { cached_tokens: 200 },
    };
    app.vendor.next({ usage });
    const user = app.newUser();
    const answer = await app.chat(chatBody('hello', { model: 'gpt-4o-mini' }), {
      key: user,
      headers: { 'x-request-id': 'client-7' },
    });
    const rows = await app.rowsOf(answer);
    const cost = 800 * INPUT + 200 * CACHED + 77 * OUTPUT;

    expect(answer.body.router_metadata.actual_cost_nano_usd).toBe(String(cost));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      client_request_id: 'client-7',
      attempt_id: app.vendor.lastCall.attemptId,
      provider: 'openai',
      requested_model: 'gpt-4o-mini',
      resolved_model: 'gpt-4o-mini',
      status: 'success',
      error_code: null,
      prompt_tokens: 1_000,
      completion_tokens: 77,
      cost_nano_usd: String(cost),
      cost_source: 'exact',
      decision_id: answer.body.router_metadata.decision_id,
      usage: { input_uncached: 800, cache_read: 200, output_text: 77 },
    });
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(cost), held: 0n });
  });

  it.each([
    ['leaves the usage out', null],
    ['counts below zero', { prompt_tokens: -5, completion_tokens: -1, total_tokens: -6 }],
    ['counts in words', { prompt_tokens: 'ten', completion_tokens: {}, total_tokens: [] }],
    ['counts beyond all numbers', { prompt_tokens: 1e308, completion_tokens: 1e308, total_tokens: 1e308 }],
  ])('estimates within the hold, and says so, when the vendor %s', async (_name, usage) => {
    app.vendor.next({ usage });
    const answer = await app.chat(chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 }));
    const [row, ...others] = await app.rowsOf(answer);

    expect(answer.status).toBe(200);
    expect(answer.body.router_metadata['cost_source']).toBe('estimated');
    expect(answer.body.usage.prompt_tokens).toBeGreaterThan(0);
    expect(answer.body.usage.total_tokens).toBeLessThan(200);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ status: 'success', cost_source: 'estimated' });
    expect(row?.cost_bounds).toEqual({ least_nano_usd: '600', most_nano_usd: row?.held_nano_usd });
    expect(BigInt(row?.cost_nano_usd ?? 0)).toBeGreaterThan(0n);
    expect(BigInt(row?.cost_nano_usd ?? 0)).toBeLessThanOrEqual(BigInt(row?.held_nano_usd ?? 0));
  });

  it('keeps the books right over 40 mixed requests with failures in between', async () => {
    const user = app.newUser();
    app.vendor.respond((call) => (call.number % 5 === 0 ? { status: 500 } : {}));
    const body = chatBody('hello', { model: 'gpt-4o-mini' });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_unused, index) =>
        index % 2 === 0 ? app.chat(body, { key: user }) : app.stream(body, { key: user }),
      ),
    );
    const rows = (await app.ledgerRows()).filter((row) =>
      app.vendor.calls.some((call) => call.attemptId === row.attempt_id),
    );
    const billed = app.vendor.calls.reduce(
      (sum, { billed }) =>
        sum + (billed ? billed.prompt_tokens * INPUT + billed.completion_tokens * OUTPUT : 0),
      0,
    );

    // A repeated call may meet the next failure: then 502 is the answer.
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(30);
    expect(answers.filter(({ status }) => status !== 200 && status !== 502)).toEqual([]);
    expect(rows).toHaveLength(app.vendor.calls.length);
    expect(new Set(rows.map((row) => row.attempt_id)).size).toBe(rows.length);
    expect(rows.reduce((sum, row) => sum + Number(row.cost_nano_usd), 0)).toBe(billed);
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(billed), held: 0n });
  });
});

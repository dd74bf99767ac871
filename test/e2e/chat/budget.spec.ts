import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { chatBody } from '../../support/app-client';

/** Ten calls of 50 output tokens of gpt-4o-mini with a prompt of this size fit into it, a hundred do not. */
const DAILY_BUDGET = '0.0006';
const BODY = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });

describeInBothShapes('budgets', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape, settings: { DEFAULT_DAILY_BUDGET: DAILY_BUDGET } });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('refuses with 402 and the figures when the daily budget cannot cover the worst case, and calls nobody', async () => {
    const answer = await app.chat(chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 16_000 }), {
      key: app.newUser(),
    });

    expect(answer.status).toBe(402);
    expect(answer.error).toMatchObject({
      type: 'budget_exceeded',
      code: 'insufficient_budget',
      details: {
        level: 'user',
        window: 'daily',
        limit: 0.0006,
        spent: 0,
        held: 0,
        estimate: expect.any(Number),
        resets_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    });
    expect(app.vendor.calls).toEqual([]);
  });

  it('is not spent beyond by a hundred requests at once, streamed or not', async () => {
    const user = app.newUser();
    app.vendor.respond(() => ({ delayMs: 5 }));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_unused, index) =>
        index % 2 === 0 ? app.chat(BODY, { key: user }) : app.stream(BODY, { key: user }),
      ),
    );
    await app.settled();
    const billed = app.vendor.calls.reduce(
      (sum, call) =>
        sum + (call.billed?.prompt_tokens ?? 0) * 150 + (call.billed?.completion_tokens ?? 0) * 600,
      0,
    );
    const statuses = new Set(answers.map(({ status }) => status));

    expect(statuses).toEqual(new Set([200, 402]));
    expect(billed).toBeLessThanOrEqual(600_000);
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(billed), held: 0n });
  });

  it('says 402 with what is spent once it is used up, and leaves other users alone', async () => {
    const user = app.newUser();
    let answer = await app.chat(BODY, { key: user });
    for (let i = 0; i < 100 && answer.status === 200; i++) answer = await app.chat(BODY, { key: user });

    expect(answer.status).toBe(402);
    const { spent, held, limit, estimate } = answer.error.details as Record<string, number>;
    expect((spent ?? 0) + (held ?? 0) + (estimate ?? 0)).toBeGreaterThan(limit ?? 0);
    expect((await app.chat(BODY, { key: app.newUser() })).status).toBe(200);
  });

  it('gives back what failed calls held: the next good call is admitted', async () => {
    const user = app.newUser();
    app.vendor.respond(() => ({ status: 400 }));
    for (let i = 0; i < 30; i++) expect((await app.chat(BODY, { key: user })).status).toBe(400);
    app.vendor.respond(() => undefined);

    expect((await app.chat(BODY, { key: user })).status).toBe(200);
    await app.settled();
    expect((await app.spendingOf(user)).held).toBe(0n);
  });

  it('lets a request set a ceiling of its own, which is answered with 402 and the figures when it is too low', async () => {
    const answer = await app.chat(BODY, { key: app.newUser(), headers: { 'x-max-budget': '0.000000001' } });

    expect(answer.status).toBe(402);
    expect(answer.error).toMatchObject({
      code: 'insufficient_budget',
      details: { level: 'request', limit: 1e-9, estimate: expect.any(Number) },
    });
    expect(app.vendor.calls).toEqual([]);
  });

  it('takes the smaller of header and body as the ceiling', async () => {
    const key = app.newUser();
    const low = await app.chat(
      { ...BODY, max_budget: 0.000000001 },
      { key, headers: { 'x-max-budget': '1' } },
    );
    const high = await app.chat({ ...BODY, max_budget: 1 }, { key, headers: { 'x-max-budget': '1' } });

    expect([low.status, high.status]).toEqual([402, 200]);
  });

  it.each(['-1', 'NaN', 'Infinity', '1e999', 'free', '0x10', '1,5'])(
    'refuses the ceiling %p instead of ignoring it',
    async (value) => {
      const answer = await app.chat(BODY, { headers: { 'x-max-budget': value } });

      expect(answer.status).toBe(400);
      expect(answer.error).toMatchObject({ code: 'validation_error', param: 'X-Max-Budget' });
    },
  );

  it('moves on to a cheaper model when the budget has no room for the first choice', async () => {
    const answer = await app.chat(
      chatBody('Prove that there are infinitely many primes, and analyze the complexity of your proof.', {
        max_tokens: 600,
      }),
      { key: app.newUser(), headers: { 'x-routing-strategy': 'quality_focused' } },
    );

    expect(answer.status).toBe(200);
    expect(answer.body.router_metadata.actual_cost).toBeLessThan(0.0006);
  });

  it('counts many choices as many answers', async () => {
    const answer = await app.chat({ ...BODY, n: 50 }, { key: app.newUser() });

    expect(answer.status).toBe(402);
    expect(app.vendor.calls).toEqual([]);
  });

  it('cannot be raised by a user who makes a key with a larger budget', async () => {
    const user = app.newUser();
    const made = await app.post(
      '/v1/api-keys',
      { name: 'mine', budget: { budget_type: 'daily', budget_limit: 1_000 } },
      { key: user },
    );
    const key = made.status === 201 ? String(made.body['key']) : user;
    const answer = await app.chat(chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 16_000 }), { key });

    expect(answer.status).toBe(402);
  });

  it('can be tightened for one key', async () => {
    const { key } = await app.createKey(
      { budget: { budget_type: 'daily', budget_limit: '0.000001' } },
      app.newUser(),
    );
    const answer = await app.chat(BODY, { key });

    expect(answer.status).toBe(402);
    expect(answer.error.details).toMatchObject({ limit: 0.000001 });
  });
});

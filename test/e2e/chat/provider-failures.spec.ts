import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import { GARBAGE } from '../../support/fake-vendor/garbage';

const BODY = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });

const MODEL_OF_STATUS: Readonly<Record<number, string>> = { 404: 'gpt-4.1-mini' };

describe('when the vendor fails', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({
      // The circuit breaker has tests of its own; here every failure is to be seen.
      settings: {
        PROVIDER_BREAKER_MINIMUM_CALLS: '1000',
        PROVIDER_BREAKER_WINDOW: '1000',
        PROVIDER_TOTAL_TIMEOUT_MS: '700',
      },
    });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it.each([500, 502, 503, 529])(
    'with %i once, the request is repeated and each call has its own row',
    async (status) => {
      app.vendor.next({ status }, {});
      const answer = await app.chat(BODY);
      const rows = await app.rowsOf(answer);

      expect(answer.status).toBe(200);
      expect(answer.body.router_metadata.attempts).toBe(2);
      expect(rows).toHaveLength(2);
      expect(rows.map((row) => row.status).sort()).toEqual(['error', 'success']);
      expect(new Set(rows.map((row) => row.attempt_id))).toEqual(
        new Set(app.vendor.calls.map(({ attemptId }) => attemptId)),
      );
      // A gateway between us and the vendor says 502: the vendor may have done the work.
      expect(rows.find((row) => row.status === 'error')).toMatchObject(
        status === 502 ? { cost_source: 'estimated' } : { cost_nano_usd: '0', cost_source: 'exact' },
      );
    },
  );

  it.each([
    [500, 502, 'upstream_error'],
    [502, 502, 'upstream_error'],
    [503, 503, 'no_provider_available'],
    [529, 503, 'no_provider_available'],
    [504, 504, 'upstream_timeout'],
    [404, 502, 'upstream_error'],
  ])(
    'with %i for good, the client gets %i %s and no more than three calls are made',
    async (status, shown, code) => {
      app.vendor.respond(() => ({ status }));
      // A model the vendor does not know is left alone for a while, so every status has its own.
      const answer = await app.chat({ ...BODY, model: MODEL_OF_STATUS[status] ?? 'gpt-4o-mini' });

      expect([502, 503, 504]).toContain(answer.status);
      expect(`${answer.status} ${answer.error.code}`).toBe(`${shown} ${code}`);
      if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(app.vendor.calls.length).toBeLessThanOrEqual(3);
    },
  );

  it('with 429 and a delay, it waits as long as asked before it tries again, and hands a long delay on', async () => {
    const body = { ...BODY, model: 'gpt-4.1-nano' };
    app.vendor.respond(() => ({ status: 429, headers: { 'retry-after': '37' } }));
    const answer = await app.chat({ ...BODY, model: 'gpt-5-nano' });

    expect(answer.status).toBe(429);
    expect(answer.error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' });
    expect(answer.headers.get('retry-after')).toBe('37');
    expect(app.vendor.calls).toHaveLength(1);

    app.vendor.reset();
    app.vendor.next({ status: 429, headers: { 'retry-after-ms': '400' } }, {});
    const startedAt = performance.now();
    const second = await app.chat(body);

    expect(second.status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(400);
  });

  it('with a refusal of the request, the client gets 400 and nothing is repeated', async () => {
    app.vendor.respond(() => ({
      status: 400,
      rawBody: JSON.stringify({
        error: { message: 'bad temperature', param: 'temperature', code: 'invalid_value' },
      }),
    }));
    const answer = await app.chat(BODY);

    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({ type: 'invalid_request_error', param: 'temperature' });
    expect(app.vendor.calls).toHaveLength(1);
  });

  it.each(Object.entries(GARBAGE))(
    'with status 200 and %s, the client gets a typed 502 and it is booked',
    async (_name, script) => {
      app.vendor.respond(() => script);
      const answer = await app.chat(BODY);
      const rows = await app.rowsOf(answer);

      expect(answer.status).toBe(502);
      expect(answer.error).toMatchObject({ type: 'provider_error', code: 'upstream_error' });
      expect(rows).toHaveLength(app.vendor.calls.length);
      expect(rows.every((row) => row.status === 'error')).toBe(true);
    },
  );

  it.each(['fin', 'reset'] as const)(
    'with a connection that breaks inside the answer (%s), the client gets 502',
    async (how) => {
      app.vendor.respond(() => ({ cut: { afterEvents: 0, how } }));
      const answer = await app.chat(BODY);

      expect(answer.status).toBe(502);
      expect(answer.text).not.toMatch(/ECONN|socket|undici|127\.0\.0\.1/);
      expect(app.vendor.calls.length).toBeLessThanOrEqual(2);
    },
  );

  it('by not answering at all, the client gets 504 within the configured time, and it is booked', async () => {
    app.vendor.respond(() => ({ stallBeforeHeaders: true }));
    const startedAt = performance.now();
    const answer = await app.chat(BODY);
    const rows = await app.rowsOf(answer);

    expect(answer.status).toBe(504);
    expect(answer.error).toMatchObject({ type: 'provider_error', code: 'upstream_timeout' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'error', cost_source: 'estimated' });
  });

  it('never shows the words of the vendor, which may quote its key', async () => {
    app.vendor.respond(() => ({
      status: 500,
      rawBody: JSON.stringify({
        error: { message: 'Incorrect API key provided: sk-vendor-key-0123456789abcdef' },
      }),
    }));
    const answer = await app.chat(BODY);

    expect(answer.text).not.toContain('sk-vendor');
    expect(app.logText()).not.toContain('sk-vendor');
  });

  it('nothing stays reserved', async () => {
    const user = app.newUser();
    for (const status of [500, 503, 429, 401, 400, 404]) {
      app.vendor.respond(() => ({ status, headers: { 'retry-after': '60' } }));
      await app.chat(BODY, { key: user });
      await app.stream(BODY, { key: user });
    }
    await app.settled();

    expect((await app.spendingOf(user)).held).toBe(0n);
  });
});

describe('when a server stands in for the vendor and knows one of its models only', () => {
  it('every request that leaves the choice to the router is answered by that model', async () => {
    const app = await createApp();
    try {
      app.vendor.respond(({ body }) => (body['model'] === 'gpt-4o-mini' ? {} : { status: 404 }));
      const prompts = ['What is the capital of France?', 'Write a Python function to calculate fibonacci'];
      for (const prompt of prompts) {
        const answer = await app.chat(chatBody(prompt));

        expect(answer.status).toBe(200);
        expect(answer.headers.get('x-route-decision')).toBe('openai/gpt-4o-mini');
      }
    } finally {
      await app.stop();
    }
  }, 60_000);
});

describe("when the vendor refuses the operator's key", () => {
  it.each([401, 403])(
    'by %i, the client gets 502, never that, and the provider is shown as unavailable',
    async (status) => {
      const app = await createApp();
      try {
        app.vendor.respond(() => ({ status }));
        const answer = await app.chat(BODY);
        const providers = (await app.get('/v1/providers')).body['providers'] as Record<
          string,
          { status: string }
        >;

        expect(answer.status).toBe(502);
        expect(answer.headers.get('www-authenticate')).toBeNull();
        expect(answer.error.code).toBe('upstream_error');
        expect(providers['openai']?.status).not.toBe('available');
      } finally {
        await app.stop();
      }
    },
    60_000,
  );
});

describe('when every call of a vendor fails for a while', () => {
  it('it is called less often than three times per request, and answers come again within two seconds after', async () => {
    const app = await createApp({ settings: { PROVIDER_BREAKER_OPEN_MS: '500' } });
    try {
      app.vendor.respond(() => ({ status: 500 }));
      const bodies = Array.from({ length: 60 }, (_unused, index) =>
        chatBody(`question ${index}`, { max_tokens: 50 }),
      );
      const answers = [];
      for (let i = 0; i < bodies.length; i += 10)
        answers.push(...(await Promise.all(bodies.slice(i, i + 10).map((body) => app.chat(body)))));

      expect(answers.filter(({ status }) => ![502, 503].includes(status))).toEqual([]);
      expect(app.vendor.calls.length / bodies.length).toBeLessThan(3);

      app.vendor.respond(() => undefined);
      await eventually(async () => expect((await app.chat('hello')).status).toBe(200), 2_000);
    } finally {
      await app.stop();
    }
  }, 60_000);
});

describe('when a model fails again and again', () => {
  it('its circuit opens, the vendor is spared, and it is tried again after a while', async () => {
    const app = await createApp({
      settings: { PROVIDER_BREAKER_MINIMUM_CALLS: '4', PROVIDER_BREAKER_OPEN_MS: '300' },
    });
    try {
      app.vendor.respond(() => ({ status: 500 }));
      for (let i = 0; i < 6; i++) await app.chat(BODY);
      const callsWhenOpen = app.vendor.calls.length;
      const refused = await app.chat(BODY);

      expect(refused.status).toBe(503);
      expect(refused.error.code).toBe('no_provider_available');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(app.vendor.calls).toHaveLength(callsWhenOpen);

      app.vendor.respond(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 350));

      expect((await app.chat(BODY)).status).toBe(200);
    } finally {
      await app.stop();
    }
  }, 60_000);
});

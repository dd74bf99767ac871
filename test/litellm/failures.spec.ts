import { chatBody } from '../support/app-client';
import type { TestApp } from '../support/create-app';
import { eventually } from '../support/eventually';
import type { VendorScript } from '../support/fake-vendor/vendor-script';
import { LiteLlmStage, priceOf } from '../support/litellm-app';
import { describeWithLiteLlm } from '../support/litellm-proxy';
import { contentOf } from '../support/sse-reader';

const BODY = chatBody('hello', { model: 'litellm/team-gpt', max_tokens: 200 });
const LONG_TEXT = Array.from({ length: 400 }, (_unused, index) => `word${index}`).join(' ');
/** The circuit breaker has tests of its own; here every failure is to be seen. */
const PATIENT = { PROVIDER_BREAKER_MINIMUM_CALLS: '1000', PROVIDER_BREAKER_WINDOW: '1000' };

const refusal = (status: number, error: object): VendorScript => ({
  status,
  rawBody: JSON.stringify({ error: { type: 'invalid_request_error', param: null, ...error } }),
});

describeWithLiteLlm('when something fails behind a real LiteLLM proxy', () => {
  let stage: LiteLlmStage;
  let app: TestApp;

  beforeAll(async () => {
    stage = await LiteLlmStage.start();
    app = await stage.app(PATIENT);
  }, 120_000);
  afterAll(() => stage.stop(), 60_000);
  beforeEach(() => stage.vendor.reset());

  /** For failures from which something is learned that holds for a while. */
  const freshApp = (settings: Readonly<Record<string, string>> = PATIENT): Promise<TestApp> =>
    stage.app(settings);

  it.each([500, 503])(
    'with %i, every call at the vendor is one of our attempts: the proxy, set to repeat twice, repeats nothing',
    async (status) => {
      stage.vendor.respond(() => ({ status }));
      const answer = await app.chat(BODY);
      const rows = await app.rowsOf(answer);

      expect(answer.status).toBe(status === 500 ? 502 : 503);
      expect(rows.length).toBe(2);
      expect(stage.vendor.calls).toHaveLength(rows.length);
      expect(rows.every((row) => row.status === 'error')).toBe(true);
    },
  );

  it('with 500 once, the second attempt answers, whole or streamed', async () => {
    stage.vendor.next({ status: 500 });
    const whole = await app.chat(BODY);
    stage.vendor.next({ status: 500 });
    const streamed = await app.stream(BODY);

    expect(whole.status).toBe(200);
    expect(whole.body.router_metadata.attempts).toBe(2);
    expect(contentOf(streamed)).toBe('The quick brown fox jumps over the lazy dog.');
    expect(stage.vendor.calls).toHaveLength(4);
  });

  it.each<[string, VendorScript, string]>([
    [
      'a wrong field',
      refusal(400, { message: 'bad temperature', param: 'temperature', code: 'invalid_value' }),
      '400 upstream_refused temperature',
    ],
    [
      'a prompt too long',
      refusal(400, {
        message: "This model's maximum context length is 10 tokens",
        code: 'context_length_exceeded',
      }),
      '400 context_length_exceeded null',
    ],
    [
      'a matter of policy',
      refusal(400, { message: 'rejected by our safety system', code: 'content_policy_violation' }),
      '400 content_policy_violation null',
    ],
  ])(
    'by a refusal of the vendor for %s, it is not repeated and the client is told so',
    async (_what, script, told) => {
      stage.vendor.respond(() => script);
      const answer = await app.chat(BODY);
      const { code, param } = answer.error;

      expect(`${answer.status} ${code} ${param}`).toBe(told);
      expect(answer.text).not.toMatch(/litellm\.|OpenAIException/i);
      expect(stage.vendor.calls).toHaveLength(1);
    },
  );

  it.each<[string, VendorScript]>([
    ['the key', { status: 401 }],
    ['the credit', refusal(429, { message: 'You exceeded your current quota', type: 'insufficient_quota' })],
  ])(
    'by a refusal of the vendor for %s of the proxy, the client gets 502 and the other models still answer',
    async (_what, script) => {
      const fresh = await freshApp();
      stage.vendor.next(script);
      const answer = await fresh.chat(BODY);

      expect(`${answer.status} ${answer.error.code}`).toBe('502 upstream_error');
      expect(answer.headers.get('www-authenticate')).toBeNull();
      expect(stage.vendor.calls).toHaveLength(1);
      expect((await fresh.chat({ ...BODY, model: 'litellm/house-model' })).status).toBe(200);
    },
    60_000,
  );

  it("with the vendor's 429, its delay gets through the proxy to the client", async () => {
    const fresh = await freshApp();
    stage.vendor.respond(() => ({ status: 429, headers: { 'retry-after': '37' } }));
    const answer = await fresh.chat(BODY);

    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('37');
    expect(stage.vendor.calls).toHaveLength(1);
  }, 60_000);

  it('because the proxy does not serve the model, the client gets 502 and the other models still answer', async () => {
    const fresh = await freshApp();
    const answer = await fresh.chat({ ...BODY, model: 'litellm/nobody-serves-this' });

    expect(`${answer.status} ${answer.error.code}`).toBe('502 upstream_error');
    expect(stage.vendor.calls).toEqual([]);
    expect((await fresh.chat(BODY)).status).toBe(200);
  }, 60_000);

  it("because a deployment's budget is spent, the client gets 502 and the other models still answer", async () => {
    const fresh = await freshApp();
    const capped = { ...BODY, model: 'litellm/capped-gpt' };
    await fresh.chat(capped);
    // The proxy counts its own spending a moment later.
    await eventually(async () => expect((await fresh.chat(capped)).status).toBe(502));
    stage.vendor.reset();

    // What has no budget is left alone for a while.
    expect([502, 503]).toContain((await fresh.chat(capped)).status);
    expect(stage.vendor.calls).toEqual([]);
    expect((await fresh.chat(BODY)).status).toBe(200);
  }, 60_000);

  it('with an error inside the stream, the client sees it as the last event and what was sent is booked', async () => {
    stage.vendor.respond(() => ({
      errorAfterEvents: { events: 4, error: { message: 'sk-secret broke', type: 'server_error' } },
    }));
    const answer = await app.stream(BODY);
    const rows = await app.rowsOf(answer);

    expect(contentOf(answer)).toContain('The quick');
    expect(answer.chunks.at(-1)?.error).toMatchObject({ code: 'upstream_error' });
    expect(answer.text).not.toMatch(/sk-secret|APIConnectionError/);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'error', cost_source: 'estimated' });
  });

  it('by a client that leaves, the vendor behind the proxy is cut off too, and what was sent is booked', async () => {
    stage.vendor.respond(() => ({ text: LONG_TEXT, eventDelayMs: 20 }));
    const user = app.newUser();
    const leaving = new AbortController();
    const response = await app.openStream(BODY, { key: user, signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    const leftAt = performance.now();
    await eventually(() => expect(stage.vendor.lastCall.aborted).toBe(true));
    const cutAfterMs = performance.now() - leftAt;
    const rows = await app.rowsOf(response);

    expect(cutAfterMs).toBeLessThan(4_000);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'aborted', cost_source: 'estimated' });
    expect((await app.spendingOf(user)).held).toBe(0n);
  });

  it('by a client that leaves before a whole answer, the call is booked once as an estimate', async () => {
    stage.vendor.respond(() => ({ delayMs: 500 }));
    const user = app.newUser();
    const leaving = new AbortController();
    const asked = app
      .chat(BODY, { key: user, signal: leaving.signal, headers: { 'x-request-id': 'gone-whole' } })
      .catch(() => 'left');
    await eventually(() => expect(stage.vendor.calls).toHaveLength(1));
    leaving.abort();
    // LiteLLM lets the vendor finish (and bill) a whole answer that nobody waits for.
    await eventually(() => expect(stage.vendor.lastCall.completed).toBe(true));
    const rows = await app.ledgerRows({ client_request_id: 'gone-whole' });

    expect(await asked).toBe('left');
    expect(rows.map((row) => [row.status, row.cost_source])).toEqual([['aborted', 'estimated']]);
    expect((await app.spendingOf(user)).held).toBe(0n);
  });

  it('by a client that leaves, a provider that is drained is booked with what the vendor billed', async () => {
    const fresh = await freshApp({ ...PATIENT, PROVIDER_DRAIN_ON_ABORT: 'litellm' });
    stage.vendor.respond(() => ({ delayMs: 500 }));
    const leaving = new AbortController();
    const asked = fresh
      .chat(BODY, { signal: leaving.signal, headers: { 'x-request-id': 'gone-drained' } })
      .catch(() => 'left');
    await eventually(() => expect(stage.vendor.calls).toHaveLength(1));
    leaving.abort();
    await asked;
    await eventually(() => expect(stage.vendor.lastCall.completed).toBe(true));
    await eventually(async () => {
      const [row] = await fresh.ledgerRows({ client_request_id: 'gone-drained' });
      expect(row).toMatchObject({
        cost_source: 'exact',
        cost_nano_usd: priceOf(stage.vendor.lastCall.billed),
      });
    }, 20_000);
  }, 60_000);

  it('because the proxy refuses our key, the client gets 502, never a refusal of its own key', async () => {
    const wrong = await freshApp({ ...PATIENT, LITELLM_API_KEY: 'sk-not-the-key-of-this-proxy' });
    const answer = await wrong.chat(BODY);

    expect(`${answer.status} ${answer.error.code}`).toBe('502 upstream_error');
    expect(answer.text).not.toMatch(/sk-not|No connected db/);
    expect(stage.vendor.calls).toEqual([]);
  }, 60_000);

  it('because the proxy dies, running streams end with an error, others take over, and it is used again once it is back', async () => {
    const resilient = await freshApp({ ROUTER_DIRECT_FAILOVER: 'true', PROVIDER_BREAKER_OPEN_MS: '300' });
    expect((await resilient.chat(BODY)).headers.get('x-route-decision')).toBe('litellm/team-gpt');

    stage.vendor.respond(() => ({ text: LONG_TEXT, eventDelayMs: 20 }));
    const response = await resilient.openStream(BODY);
    const reader = response.body?.getReader();
    await reader?.read();
    await stage.proxy.kill();
    let rest = '';
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      rest += new TextDecoder().decode(part.value as Uint8Array);
    const [broken] = await resilient.rowsOf(response);

    expect(rest).toContain('"upstream_error"');
    expect(broken).toMatchObject({ provider: 'litellm', status: 'error', cost_source: 'estimated' });

    const answers = await Promise.all(Array.from({ length: 5 }, () => resilient.chat(BODY)));
    const streamed = await resilient.stream(BODY);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.every(({ body }) => body.router_metadata.selected_provider === 'openai')).toBe(true);
    expect(contentOf(streamed)).not.toBe('');
    expect(resilient.vendor.calls).toHaveLength(6);

    stage.vendor.reset();
    await stage.proxy.launch();
    await eventually(async () =>
      expect((await resilient.chat(BODY)).headers.get('x-route-decision')).toBe('litellm/team-gpt'),
    );
    expect(stage.vendor.calls.length).toBeGreaterThan(0);
  }, 120_000);
});

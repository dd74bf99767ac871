import { request as httpRequest } from 'node:http';
import { chatBody } from '../../support/app-client';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';

const MODEL = { model: 'gpt-4o-mini' };
const LONG_TEXT = Array.from({ length: 400 }, (_unused, index) => `word${index}`).join(' ');

describeInBothShapes('a client that leaves', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('budgets × client aborts stream: cancelled at the vendor at once, and what was delivered is settled', async () => {
    app.vendor.respond(() => ({ text: LONG_TEXT, eventDelayMs: 5 }));
    const user = app.newUser();
    const leaving = new AbortController();
    const response = await app.openStream(chatBody('hello', MODEL), { key: user, signal: leaving.signal });
    const reader = response.body?.getReader();
    let received = '';
    while ((received.match(/"content"/g) ?? []).length < 20)
      received += new TextDecoder().decode((await reader?.read())?.value as Uint8Array);
    leaving.abort();
    await reader?.cancel().catch(() => undefined);
    const leftAt = performance.now();
    await eventually(() => expect(app.vendor.lastCall.aborted).toBe(true));
    const cancelledAfterMs = performance.now() - leftAt;
    const rows = await app.rowsOf(response);
    const delivered = 20;

    expect(cancelledAfterMs).toBeLessThan(250);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'aborted', cost_source: 'estimated' });
    expect(rows[0]?.completion_tokens).toBeGreaterThanOrEqual(delivered);
    expect(rows[0]?.completion_tokens).toBeLessThan(400);
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(rows[0]?.cost_nano_usd ?? 0), held: 0n });
    // gpt-4o-mini takes 600 nano-dollars for a token: what was read is certain.
    const least = Number(rows[0]?.cost_bounds?.least_nano_usd);
    expect(least).toBeGreaterThanOrEqual(delivered * 600);
    expect(Number(rows[0]?.cost_nano_usd)).toBeGreaterThanOrEqual(least);
    expect(rows[0]?.cost_bounds?.most_nano_usd).toBe(rows[0]?.held_nano_usd);
  });

  it('before the first piece of a stream ends the call at the vendor', async () => {
    app.vendor.next({ delayMs: 5_000 });
    const leaving = new AbortController();
    const opening = app.openStream(chatBody('hello', MODEL), { signal: leaving.signal }).catch(() => 'left');
    await eventually(() => expect(app.vendor.calls).toHaveLength(1));
    leaving.abort();

    expect(await opening).toBe('left');
    await eventually(() => expect(app.vendor.lastCall.aborted).toBe(true), 250);
  });

  it('during an answer that is not streamed ends the call, and the estimate is booked once', async () => {
    app.vendor.next({ delayMs: 5_000 });
    const user = app.newUser();
    const leaving = new AbortController();
    const answer = app
      .chat(chatBody('hello', MODEL), {
        key: user,
        signal: leaving.signal,
        headers: { 'x-request-id': `gone-${shape}` },
      })
      .catch(() => 'left');
    await eventually(() => expect(app.vendor.calls).toHaveLength(1));
    leaving.abort();
    await answer;
    await eventually(() => expect(app.vendor.lastCall.aborted).toBe(true), 250);
    const rows = await app.ledgerRows({ client_request_id: `gone-${shape}` });

    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'aborted', cost_source: 'estimated' });
    expect(BigInt(rows[0]?.cost_nano_usd ?? 0)).toBeGreaterThan(0n);
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(rows[0]?.cost_nano_usd ?? 0), held: 0n });
  });

  it('usage records × client aborts stream: a hundred leave exactly one row each, and no call or reservation behind', async () => {
    app.vendor.respond(() => ({ text: LONG_TEXT, eventDelayMs: 5 }));
    const user = app.newUser();
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const leaving = new AbortController();
        const response = await app.openStream(chatBody('hello', { ...MODEL, max_tokens: 500 }), {
          key: user,
          signal: leaving.signal,
        });
        await response.body?.getReader().read();
        leaving.abort();
      }),
    );
    await eventually(() => expect(app.vendor.calls.every((call) => call.aborted)).toBe(true));
    const rows = await app.ledgerRows();
    const own = rows.filter((row) => app.vendor.calls.some(({ attemptId }) => attemptId === row.attempt_id));

    expect(own).toHaveLength(100);
    expect((await app.spendingOf(user)).held).toBe(0n);
    expect(await app.metrics()).toMatch(/modelmuxer_http_requests_in_flight 1\n/);
  });

  it('in the middle of sending its request disturbs nobody', async () => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: app.port,
      path: '/v1/chat/completions',
      method: 'POST',
      headers: {
        authorization: `Bearer ${app.adminKey}`,
        'content-type': 'application/json',
        'content-length': 1_000,
      },
    });
    outgoing.on('error', () => undefined);
    outgoing.write('{"messages":[');
    await new Promise((resolve) => setTimeout(resolve, 50));
    outgoing.destroy();

    expect((await app.chat('hello')).status).toBe(200);
    expect(app.vendor.calls).toHaveLength(1);
  });
});

import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';

const MODEL = { model: 'gpt-4o-mini', max_tokens: 500 };
const TEXT = Array.from({ length: 60 }, (_unused, index) => `word${index}`).join(' ');

async function leaveStream(app: TestApp, user: string): Promise<Response> {
  const leaving = new AbortController();
  const response = await app.openStream(chatBody('hello', MODEL), { key: user, signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  return response;
}

describe('a call whose client leaves, at a provider that bills the whole answer', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({
      settings: {
        PROVIDER_DRAIN_ON_ABORT: 'openai',
        PROVIDER_DRAIN_MAX_MS: '1000',
        PROVIDER_DRAIN_MAX_BYTES: '2000',
      },
    });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('budgets × client aborts stream: read to its end and settled with the usage of the vendor, where it bills all', async () => {
    app.vendor.next({ text: TEXT, eventDelayMs: 5 });
    const user = app.newUser();
    const rows = await app.rowsOf(await leaveStreamAndWait(user));
    const { billed } = app.vendor.lastCall;

    expect(app.vendor.lastCall.aborted).toBe(false);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      status: 'aborted',
      cost_source: 'exact',
      prompt_tokens: billed?.prompt_tokens,
      completion_tokens: billed?.completion_tokens,
    });
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(rows[0]?.cost_nano_usd ?? 0), held: 0n });
  });

  it('is read to its end and booked with the usage of the vendor, as a whole', async () => {
    app.vendor.next({ text: TEXT, delayMs: 300 });
    const leaving = new AbortController();
    const answer = app
      .chat(chatBody('hello', MODEL), { signal: leaving.signal, headers: { 'x-request-id': 'drained' } })
      .catch(() => 'left');
    await eventually(() => expect(app.vendor.calls).toHaveLength(1));
    leaving.abort();
    await answer;
    await eventually(() => expect(app.vendor.lastCall.completed).toBe(true));
    let rows = await app.ledgerRows({ client_request_id: 'drained' });
    await eventually(async () => {
      rows = await app.ledgerRows({ client_request_id: 'drained' });
      expect(rows[0]?.status).toBe('aborted');
    });

    expect(rows[0]).toMatchObject({
      cost_source: 'exact',
      completion_tokens: app.vendor.lastCall.billed?.completion_tokens,
    });
  });

  it('is cut after the time limit, and booked as an estimate', async () => {
    app.vendor.next({ text: TEXT, stallAfterEvents: 5 });
    const startedAt = performance.now();
    const rows = await app.rowsOf(await leaveStreamAndWait(app.newUser()));

    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(rows[0]).toMatchObject({ status: 'aborted', cost_source: 'estimated' });
  });

  it('is cut after the limit of bytes', async () => {
    app.vendor.next({ text: 'word '.repeat(2_000), eventDelayMs: 1 });
    const rows = await app.rowsOf(await leaveStreamAndWait(app.newUser()));

    expect(app.vendor.lastCall.aborted).toBe(true);
    expect(rows[0]).toMatchObject({ status: 'aborted', cost_source: 'estimated' });
  });

  async function leaveStreamAndWait(user: string): Promise<Response> {
    const response = await leaveStream(app, user);
    await eventually(async () => expect((await app.spendingOf(user)).held).toBe(0n));
    return response;
  }
});

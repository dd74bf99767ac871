import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { chatBody } from '../../support/app-client';
import { contentOf, readStream, type StreamedAnswer } from '../../support/sse-reader';

const TEXT = 'Grüße aus 東京, 👩‍👩‍👧‍👦 and  two  spaces.\n\nDone';

function finishesOf(answer: StreamedAnswer): (string | null)[] {
  return answer.chunks
    .flatMap((chunk) => chunk.choices ?? [])
    .map(({ finish_reason }) => finish_reason)
    .filter((reason) => reason !== null);
}

describeInBothShapes('a streamed chat completion', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    // The circuit breaker has tests of its own; here every failure is to be seen.
    app = await createApp({
      shape,
      settings: { PROVIDER_BREAKER_MINIMUM_CALLS: '1000', PROVIDER_BREAKER_WINDOW: '1000' },
    });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('is a sequence of chunks with one id, one role, one finish reason, and [DONE] at the end', async () => {
    app.vendor.next({ text: TEXT });
    const answer = await app.stream('hello');
    const deltas = answer.chunks.flatMap((chunk) => chunk.choices ?? []).map(({ delta }) => delta);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('x-route-decision')).toMatch(/^openai\//);
    expect(answer.headers.get('x-route-decision-id')).toMatch(/^dec_/);
    expect(contentOf(answer)).toBe(TEXT);
    expect(new Set(answer.chunks.map(({ id, object }) => `${id} ${object}`)).size).toBe(1);
    expect(answer.chunks[0]).toMatchObject({ object: 'chat.completion.chunk' });
    expect(deltas.filter((delta) => 'role' in delta)).toHaveLength(1);
    expect(deltas[0]).toMatchObject({ role: 'assistant' });
    expect(finishesOf(answer)).toEqual(['stop']);
    expect(answer.done).toBe(true);
  });

  it('has no usage and no metadata unless asked, although the vendor was asked for usage', async () => {
    const answer = await app.stream('hello');

    expect(app.vendor.lastCall.body['stream_options']).toEqual({ include_usage: true });
    expect(answer.text).not.toContain('"usage"');
    expect(answer.text).not.toContain('router_metadata');
    expect(answer.chunks.every((chunk) => (chunk.choices ?? []).length > 0)).toBe(true);
  });

  it('ends with usage and metadata in one chunk without choices when usage was asked for', async () => {
    const answer = await app.stream(chatBody('hello', { stream_options: { include_usage: true } }));
    const last = answer.chunks.at(-1);
    const [row] = await app.rowsOf(answer);

    expect(answer.chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(last).toMatchObject({
      choices: [],
      usage: { prompt_tokens: row?.prompt_tokens, completion_tokens: row?.completion_tokens },
      router_metadata: {
        selected_provider: 'openai',
        actual_cost_nano_usd: row?.cost_nano_usd,
        cost_source: 'exact',
        attempts: 1,
        decision_id: answer.headers.get('x-route-decision-id'),
      },
    });
  });

  it('brings the metadata without usage when only the header asks', async () => {
    const answer = await app.stream('hello', { headers: { 'x-router-metadata': 'stream' } });
    const last = answer.chunks.at(-1);

    expect(last).toMatchObject({ choices: [], router_metadata: { selected_provider: 'openai' } });
    expect(answer.text).not.toContain('"usage"');
    expect(answer.done).toBe(true);
  });

  it('is booked exactly once and exactly, before its last byte', async () => {
    const user = app.newUser();
    const answer = await app.stream(chatBody('hello', { model: 'gpt-4o-mini' }), { key: user });
    const rows = await app.rowsOf(answer);
    const { billed } = app.vendor.lastCall;
    const cost = (billed?.prompt_tokens ?? 0) * 150 + (billed?.completion_tokens ?? 0) * 600;

    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      status: 'success',
      cost_nano_usd: String(cost),
      cost_source: 'exact',
      first_token_ms: expect.any(Number),
    });
    expect(await app.spendingOf(user)).toEqual({ spent: BigInt(cost), held: 0n });
  });

  it.each([
    ['cut at every byte', { chunkBytes: [1] }],
    ['with lines that end in CR LF', { lineEnd: '\r\n' as const }],
    ['with comments between the events', { comments: true }],
    ['in odd pieces', { chunkBytes: [3, 1, 7] }],
  ])('is the same text and the same cost when the vendor sends it %s', async (_name, script) => {
    app.vendor.next({ text: TEXT, ...script });
    const answer = await app.stream(chatBody('hello', { model: 'gpt-4o-mini' }));
    const [row] = await app.rowsOf(answer);

    expect(contentOf(answer)).toBe(TEXT);
    expect(row).toMatchObject({
      cost_source: 'exact',
      completion_tokens: app.vendor.lastCall.billed?.completion_tokens,
    });
  });

  it.each([
    ['fin', 'closes the connection'],
    ['reset', 'resets the connection'],
    ['clean', 'ends the answer cleanly but too early'],
    ['inside-event', 'breaks off inside an event'],
  ] as const)(
    'becomes an error event without [DONE] or "stop" when the vendor %s (%s)',
    async (how, _name) => {
      app.vendor.next({ text: TEXT, cut: { afterEvents: 4, how }, eventDelayMs: 15 });
      const answer = await app.stream(chatBody('hello', { model: 'gpt-4o-mini' }));
      const rows = await app.rowsOf(answer);

      expect(answer.status).toBe(200);
      expect(answer.done).toBe(false);
      expect(finishesOf(answer)).toEqual([]);
      expect(answer.chunks.at(-1)?.error).toMatchObject({ type: 'provider_error', code: 'upstream_error' });
      expect(answer.chunks.filter((chunk) => chunk.error)).toHaveLength(1);
      expect(TEXT.startsWith(contentOf(answer))).toBe(true);
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({ status: 'error', cost_source: 'estimated' });
      expect(Number(rows[0]?.cost_nano_usd)).toBeGreaterThan(0);
    },
  );

  it('tries again, and shows nothing of it, when the vendor fails before the first content', async () => {
    app.vendor.next({ cut: { afterEvents: 1, how: 'fin' } }, {});
    const answer = await app.stream(chatBody('hello', { model: 'gpt-4o-mini' }));
    const rows = await app.rowsOf(answer);

    expect(answer.chunks.some((chunk) => chunk.error)).toBe(false);
    expect(answer.done).toBe(true);
    expect(app.vendor.calls).toHaveLength(2);
    expect(rows.map(({ status }) => status).sort()).toEqual(['error', 'success']);
  });

  it("turns the vendor's own error in the stream into ours, without its text", async () => {
    const error = { message: 'shard sk-vendor-secret exploded', type: 'server_error', code: null };
    app.vendor.next({ text: TEXT, errorAfterEvents: { events: 4, error } });
    const answer = await app.stream(chatBody('hello', { model: 'gpt-4o-mini' }));

    expect(answer.chunks.at(-1)?.error).toMatchObject({
      type: 'provider_error',
      request_id: answer.headers.get('x-modelmuxer-request-id'),
    });
    expect(answer.text).not.toContain('sk-vendor-secret');
    expect(answer.done).toBe(false);
  });

  it('is a plain error with its own status when nothing has been sent yet', async () => {
    app.vendor.respond(() => ({ status: 500 }));
    const response = await app.openStream(chatBody('hello', { model: 'gpt-4o-mini' }));
    const text = await response.text();

    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'provider_error', code: 'upstream_error' } });
  });
});

describe('a streamed chat completion whose vendor is slow', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ settings: { STREAM_HOLD_BACK_MS: '200', PROVIDER_IDLE_TIMEOUT_MS: '400' } });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('gets its status after the hold-back time, and its content when there is some', async () => {
    app.vendor.next({ delayMs: 900 });
    const startedAt = performance.now();
    const response = await app.openStream('hello');
    const statusAfterMs = performance.now() - startedAt;
    const answer = await readStream(response);

    expect(statusAfterMs).toBeLessThan(800);
    expect(answer.done).toBe(true);
  });

  it('becomes a typed error event in time when the vendor falls silent in the middle', async () => {
    app.vendor.next({ stallAfterEvents: 4 });
    const startedAt = performance.now();
    const answer = await app.stream(chatBody('hello', { model: 'gpt-4o-mini' }));

    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(answer.chunks.at(-1)?.error).toMatchObject({ type: 'provider_error', code: 'upstream_timeout' });
    expect(answer.done).toBe(false);
  });
});

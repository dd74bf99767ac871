import { createServer } from 'node:net';
import { eventually } from '../../support/eventually';
import { FakeVendor } from '../../support/fake-vendor/fake-vendor';
import { collect, invocation, ProviderKit, providerErrorOf, streamedText } from '../../support/provider-kit';

const vendor = new FakeVendor();
const kits: ProviderKit[] = [];

function kitWith(settings: Readonly<Record<string, string>> = {}): ProviderKit {
  const kit = new ProviderKit({ OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: vendor.baseUrl, ...settings });
  kits.push(kit);
  return kit;
}

const complete = (kit: ProviderKit, signal?: AbortSignal): Promise<unknown> =>
  kit.invoker.complete(kit.target('gpt-4o'), invocation('x', signal && { signal }));
const stream = (kit: ProviderKit, signal?: AbortSignal): Promise<unknown> =>
  collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x', signal && { signal })));

beforeAll(() => vendor.start());
beforeEach(() => vendor.reset());
afterEach(async () => {
  await Promise.all(kits.splice(0).map((kit) => kit.close()));
});
afterAll(() => vendor.stop());

describe('a refusal of the vendor', () => {
  const error = (fields: object): string =>
    JSON.stringify({ error: { message: 'text with sk-secret', ...fields } });

  it.each([
    [400, error({ type: 'invalid_request_error', param: 'messages' }), 'bad_request', false],
    [400, error({ code: 'context_length_exceeded' }), 'context_length', false],
    [400, error({ message: "This model's maximum context length is 8192 tokens" }), 'context_length', false],
    [401, error({ code: 'invalid_api_key' }), 'authentication', false],
    [402, '{"message":"pay"}', 'billing', false],
    [403, error({}), 'authentication', false],
    [404, error({ code: 'model_not_found' }), 'not_found', false],
    [422, '{"detail":[{"loc":["body"],"msg":"bad","type":"value_error"}]}', 'bad_request', false],
    [429, error({ code: 'rate_limit_exceeded' }), 'rate_limit', false],
    [429, error({ code: 'insufficient_quota', type: 'insufficient_quota' }), 'billing', false],
    [498, error({}), 'rate_limit', false],
    [500, 'oops', 'server', false],
    [502, '<html>bad gateway</html>', 'server', true],
    [503, error({}), 'overloaded', false],
    [504, '', 'timeout', true],
    [529, '{"error":{"type":"overloaded_error"}}', 'overloaded', false],
    [418, 'teapot', 'bad_request', false],
    [307, '', 'invalid_response', false],
  ])('with status %i %s becomes %s', async (status, rawBody, kind, mayHaveBilled) => {
    vendor.next({ status, rawBody }, { status, rawBody });
    const kit = kitWith();

    for (const work of [complete(kit), stream(kit)]) {
      const found = await providerErrorOf(work);
      expect(found).toMatchObject({ kind, status, mayHaveBilled, provider: 'openai' });
      expect(`${found.message} ${found.vendorCode} ${found.param}`).not.toMatch(/secret|oops|gateway/);
    }
    expect(vendor.calls).toHaveLength(2);
  });

  it('with a redirect sends the credential nowhere else', async () => {
    const other = await new FakeVendor().start();
    vendor.next({ status: 307, rawBody: '', headers: { location: `${other.baseUrl}/chat/completions` } });

    await providerErrorOf(complete(kitWith()));

    expect(other.calls).toEqual([]);
    await other.stop();
  });

  it('with a time to wait is not asked again before it is over', async () => {
    vendor.next({ status: 429, headers: { 'retry-after-ms': '150' } });
    const kit = kitWith();

    expect((await providerErrorOf(complete(kit))).retryAfterMs).toBe(150);
    const early = await providerErrorOf(complete(kit));
    expect(early).toMatchObject({ kind: 'rate_limit', mayHaveBilled: false });
    expect(early.retryAfterMs).toBeLessThanOrEqual(150);
    expect(vendor.calls).toHaveLength(1);
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('degraded');
    await new Promise((resolve) => setTimeout(resolve, 160));
    await complete(kit);
    expect(vendor.calls).toHaveLength(2);
  });

  it('of the credential takes the whole provider out of routing', async () => {
    vendor.next({ status: 401, rawBody: '{}' });
    const kit = kitWith();
    await providerErrorOf(complete(kit));

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o-mini').status).toBe('unavailable');
    await complete(kit);
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o-mini').status).toBe('available');
  });

  it('of the only credential is forgotten after the time of an open circuit', async () => {
    vendor.next({ status: 401, rawBody: '{}' });
    const kit = kitWith({ PROVIDER_BREAKER_OPEN_MS: '100' });
    await providerErrorOf(complete(kit));
    await new Promise((resolve) => setTimeout(resolve, 120));

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o-mini').status).toBe('available');
  });

  it('of access to one model leaves the others usable', async () => {
    vendor.next({ status: 403, rawBody: '{}' });
    const kit = kitWith();
    await providerErrorOf(complete(kit));

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('unavailable');
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o-mini').status).toBe('available');
  });
});

describe('a vendor that cannot be reached', () => {
  it('has certainly billed nothing', async () => {
    const kit = kitWith({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });

    expect(await providerErrorOf(complete(kit))).toMatchObject({ kind: 'connection', mayHaveBilled: false });
  });

  it('because it never accepts is given up in time, unbilled', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    // TLS to a server that does not speak it hangs in the handshake: the connection never opens.
    const kit = kitWith({
      OPENAI_BASE_URL: `https://127.0.0.1:${port}/v1`,
      PROVIDER_TOTAL_TIMEOUT_MS: '150',
    });

    expect(await providerErrorOf(complete(kit))).toMatchObject({ kind: 'timeout', mayHaveBilled: false });
    await kit.close();
    silent.close();
  });

  it.each(['fin', 'reset', 'clean'] as const)(
    'in the middle of a whole answer (%s) may have billed',
    async (how) => {
      vendor.next({ cut: { afterEvents: 0, how } });
      const found = await providerErrorOf(complete(kitWith()));

      expect(['connection', 'invalid_response']).toContain(found.kind);
      expect(found.mayHaveBilled).toBe(true);
    },
  );
});

describe('time limits', () => {
  it.each([
    [
      'a whole answer that never comes',
      { stallBeforeHeaders: true },
      { PROVIDER_TOTAL_TIMEOUT_MS: '150' },
      complete,
    ],
    [
      'a stream that never begins',
      { stallBeforeHeaders: true },
      { PROVIDER_FIRST_EVENT_TIMEOUT_MS: '150' },
      stream,
    ],
    [
      'a stream without its first event',
      { stallAfterEvents: 0 },
      { PROVIDER_FIRST_EVENT_TIMEOUT_MS: '150' },
      stream,
    ],
    ['a stream that falls silent', { stallAfterEvents: 3 }, { PROVIDER_IDLE_TIMEOUT_MS: '150' }, stream],
    ['a stream of comments alone', { commentsAfterEvents: 2 }, { PROVIDER_IDLE_TIMEOUT_MS: '150' }, stream],
    ['a stream that never ends', { eventDelayMs: 60 }, { PROVIDER_TOTAL_TIMEOUT_MS: '200' }, stream],
  ])('end %s as a timeout, and hang up', async (_what, script, settings, call) => {
    vendor.next(script);
    const kit = kitWith(settings);
    const startedAt = performance.now();

    expect(await providerErrorOf(call(kit))).toMatchObject({ kind: 'timeout', mayHaveBilled: true });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await eventually(() => expect(vendor.connections).toBe(0));
  });

  it('do not count the slowness of the reader as silence of the vendor', async () => {
    const kit = kitWith({ PROVIDER_IDLE_TIMEOUT_MS: '100' });
    const events = [];
    for await (const event of kit.invoker.stream(kit.target('gpt-4o'), invocation('x'))) {
      if (event.type === 'start') await new Promise((resolve) => setTimeout(resolve, 250));
      events.push(event);
    }

    expect(streamedText(events)).toContain('fox');
  });
});

describe('a client that leaves', () => {
  it.each([
    ['before the headers', { stallBeforeHeaders: true }, complete],
    ['before the stream', { stallBeforeHeaders: true }, stream],
    ['inside the stream', { stallAfterEvents: 3 }, stream],
  ])('%s cancels the call at the vendor at once', async (_what, script, call) => {
    vendor.next(script);
    const kit = kitWith();
    const client = new AbortController();
    const work = providerErrorOf(call(kit, client.signal));
    await eventually(() => expect(vendor.calls).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.abort();

    expect(await work).toMatchObject({ kind: 'aborted', mayHaveBilled: true });
    await eventually(() => expect(vendor.lastCall.aborted).toBe(true));
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('available');
  });

  it('before the call was sent costs nothing', async () => {
    const kit = kitWith();

    expect(await providerErrorOf(complete(kit, AbortSignal.abort()))).toMatchObject({
      kind: 'aborted',
      mayHaveBilled: false,
    });
    expect(vendor.calls).toEqual([]);
  });

  it('by leaving the loop closes the connection', async () => {
    vendor.next({ stallAfterEvents: 4 });
    const kit = kitWith();
    for await (const event of kit.invoker.stream(kit.target('gpt-4o'), invocation('x'))) {
      if (event.type === 'text') break;
    }

    await eventually(() => expect(vendor.lastCall.aborted).toBe(true));
  });
});

describe('the circuit of a model', () => {
  const settings = { PROVIDER_BREAKER_MINIMUM_CALLS: '3', PROVIDER_BREAKER_OPEN_MS: '150' };

  it('opens when it keeps failing, refuses at once, and closes after one good call', async () => {
    vendor.respond(() => ({ status: 500, rawBody: '' }));
    const kit = kitWith(settings);
    for (let i = 0; i < 3; i++) await providerErrorOf(complete(kit));

    expect(await providerErrorOf(complete(kit))).toMatchObject({
      kind: 'circuit_open',
      mayHaveBilled: false,
    });
    expect(vendor.calls).toHaveLength(3);
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o')).toMatchObject({
      status: 'unavailable',
      circuit: 'open',
    });
    expect(kit.health.snapshotOfProvider('openai', ['gpt-4o', 'gpt-4o-mini'])).toMatchObject({
      status: 'degraded',
      circuit: 'open',
    });

    vendor.respond(() => ({}));
    await new Promise((resolve) => setTimeout(resolve, 170));
    await complete(kit);
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').circuit).toBe('closed');
  });

  it('lets a single call through to try, and refuses the others meanwhile', async () => {
    vendor.respond(() => ({ status: 503, rawBody: '' }));
    const kit = kitWith(settings);
    for (let i = 0; i < 3; i++) await providerErrorOf(complete(kit));
    await new Promise((resolve) => setTimeout(resolve, 170));
    vendor.reset();
    vendor.respond(() => ({ delayMs: 60 }));

    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => complete(kit)));

    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(vendor.calls).toHaveLength(1);
  });

  it('stays shut when the trial call is given up by its client', async () => {
    vendor.respond(() => ({ status: 500, rawBody: '' }));
    const kit = kitWith(settings);
    for (let i = 0; i < 3; i++) await providerErrorOf(complete(kit));
    await new Promise((resolve) => setTimeout(resolve, 170));
    vendor.next({ stallBeforeHeaders: true });
    const client = new AbortController();
    const trial = providerErrorOf(complete(kit, client.signal));
    await eventually(() => expect(vendor.calls).toHaveLength(4));
    client.abort();
    await trial;

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').circuit).toBe('open');
  });

  it('is not opened by refused requests, rate limits or clients that leave', async () => {
    const kit = kitWith(settings);
    vendor.respond((call) => ({ status: call.number % 2 === 0 ? 400 : 429, rawBody: '{}' }));
    for (let i = 0; i < 12; i++) await providerErrorOf(complete(kit));

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').circuit).toBe('closed');
    expect(vendor.calls).toHaveLength(12);
  });

  it('is opened by streams that are cut as well', async () => {
    vendor.respond(() => ({ cut: { afterEvents: 3, how: 'fin' } }));
    const kit = kitWith(settings);
    for (let i = 0; i < 3; i++) await providerErrorOf(stream(kit));

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').circuit).toBe('open');
  });
});

describe('measured latency', () => {
  it('is the median of the calls, with the first token apart', async () => {
    vendor.respond(() => ({ eventDelayMs: 15 }));
    const kit = kitWith();
    await stream(kit);

    const snapshot = kit.health.snapshotOfModel('openai', 'gpt-4o');
    expect(snapshot.latencyMsP50).toBeGreaterThan(100);
    expect(snapshot.firstTokenMsP50).toBeLessThan(snapshot.latencyMsP50 ?? 0);
  });
});

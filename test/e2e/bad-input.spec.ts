import { createApp, type TestApp } from '../support/create-app';
import {
  FIXED_BODIES,
  HOSTILE_HEADERS,
  PATHS_AND_METHODS,
  RAW_REQUESTS,
  wrongTypeBodies,
} from '../support/bad-requests';
import { chatBody } from '../support/app-client';
import { rawExchange, send, type Answer } from './platform/exchange';
import fc from 'fast-check';

const LONGEST_ANSWER_MS = 5_000;

describe('bad input', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ settings: { BODY_TIMEOUT_MS: '1000', IP_FAILED_AUTH_PER_MINUTE: '100000' } });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  afterEach(async () => {
    app.vendor.reset();
    expect((await app.chat('hello')).status).toBe(200);
  });

  function post(
    body: string | Buffer,
    headers: Record<string, string | string[]> = {},
    path = '/v1/chat/completions',
  ): Promise<Answer> {
    return send(app.port, path, { body, headers: { authorization: `Bearer ${app.adminKey}`, ...headers } });
  }

  it.each(FIXED_BODIES)('%s is refused with 4xx and the envelope', async (_name, body) => {
    const answer = await post(typeof body === 'function' ? body() : body);

    expectRefusal(answer);
  });

  it('every field with every wrong type gets a 4xx that names a field, or is taken, but never fails', async () => {
    const bodies = wrongTypeBodies();
    const answers = await inBatches(bodies, 25, async ({ body }) => post(JSON.stringify(body)));

    expect(bodies.length).toBeGreaterThan(300);
    answers.forEach((answer, index) => {
      const field = bodies[index]?.field;
      expect(`${field}: ${answer.status < 500}`).toBe(`${field}: true`);
      if (answer.status === 400) expect(answer.json.error.param ?? field).toEqual(expect.any(String));
      if (answer.status !== 200) expectRefusal(answer);
    });
  }, 60_000);

  it.each(PATHS_AND_METHODS)('%s %s is answered with 4xx and the envelope', async (method, path) => {
    const answer = await send(app.port, path, {
      method,
      headers: { authorization: `Bearer ${app.adminKey}` },
    });

    if (method === 'HEAD' || answer.status === 204) expect(answer.status).toBeLessThan(500);
    else expectRefusal(answer);
  });

  it.each(HOSTILE_HEADERS)('the header %s does no harm', async (_name, headers) => {
    const answer = await post(JSON.stringify(chatBody('hello')), headers);

    expect(answer.status).toBeLessThan(500);
    if (answer.status !== 200) expectRefusal(answer);
  });

  it.each(RAW_REQUESTS)('%s is answered with 4xx or closed', async (_name, bytes) => {
    const text = await rawExchange(app.port, bytes(app.adminKey));

    expect(text).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    if (text !== '') expect(text).toContain('"error":{');
  });

  it('a body above 10 MB is refused with 413, with and without a declared length, and memory stays flat', async () => {
    const before = process.memoryUsage().rss;
    const text = 'a'.repeat(11 * 1024 * 1024);
    const declared = await post(JSON.stringify(chatBody(text)));
    const chunked = await send(app.port, '/v1/chat/completions', {
      headers: { authorization: `Bearer ${app.adminKey}`, 'transfer-encoding': 'chunked' },
      chunks: (async function* () {
        for (let i = 0; i < 12; i++) yield Buffer.alloc(1024 * 1024, 'a');
      })(),
    }).catch(() => undefined);

    expect(declared.status).toBe(413);
    expect(declared.json.error).toMatchObject({ type: 'invalid_request_error', code: 'payload_too_large' });
    expect(chunked?.status ?? 413).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024);
  }, 30_000);

  it('a body of nearly 10 MB is taken', async () => {
    const text = 'a'.repeat(9 * 1024 * 1024);
    const answer = await app.chat(chatBody(text, { model: 'gpt-4o-mini' }));

    expect([200, 400, 402]).toContain(answer.status);
  }, 30_000);

  it('seven fixed requests are answered as before after prototype pollution was tried', async () => {
    const fixed = (): Promise<string[]> =>
      Promise.all([
        app.get('/health'),
        app.get('/v1/models/gpt-4o-mini'),
        app.get('/nowhere'),
        app.get('/v1/providers'),
        app.request('OPTIONS', '/v1/models', { headers: { origin: 'https://evil.example' } }),
        app.post('/v1/chat/completions', {}),
        app.post('/v1/chat/completions', '{'),
      ]).then((answers) => answers.map(comparable));
    const before = await fixed();
    const gadgets = [
      'json spaces',
      'status',
      'code',
      'origin',
      'Access-Control-Allow-Origin',
      'headers',
      'toJSON',
    ];
    for (const gadget of gadgets) {
      const member = JSON.stringify(gadget);
      for (const path of ['/v1/chat/completions', '/v1/api-keys']) {
        await post(
          `{"__proto__":{${member}:"polluted"},"messages":[{"role":"user","content":"x"}]}`,
          {},
          path,
        );
        await post(
          `{"constructor":{"prototype":{${member}:"polluted"}},"messages":[{"role":"user","content":"x"}]}`,
          {},
          path,
        );
        await post(`{"metadata":{"\\u005f_proto__":{${member}:"polluted"}},"messages":[]}`, {}, path);
      }
      await app.get(`/v1/analytics/records?__proto__[${encodeURIComponent(gadget)}]=polluted`);
    }

    expect(await fixed()).toEqual(before);
    expect(({} as Record<string, unknown>)['status']).toBeUndefined();
  }, 30_000);

  it('any JSON at all as a chat body never gives a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), async (value) => {
        const answer = await post(JSON.stringify(value));
        expect(answer.status).toBeLessThan(500);
        if (answer.status !== 200) expectRefusal(answer);
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  it('a chat body with arbitrary members never gives a 5xx, and never an answer that is no JSON', async () => {
    const member = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(1e308, -0, 1e-320, 2 ** 60, ''));
    const body = fc.record(
      {
        model: fc.oneof(fc.constantFrom('auto', 'gpt-4o-mini', 'openai/gpt-4o'), member),
        messages: fc.oneof(
          fc.array(
            fc.record(
              {
                role: fc.oneof(fc.constantFrom('system', 'user', 'assistant', 'tool', 'developer'), member),
                content: fc.oneof(fc.string({ unit: 'binary' }), member),
                tool_calls: member,
                tool_call_id: member,
                name: member,
              },
              { requiredKeys: ['role', 'content'] },
            ),
            { maxLength: 4 },
          ),
          member,
        ),
        ...Object.fromEntries(
          [
            'tools',
            'tool_choice',
            'stop',
            'n',
            'temperature',
            'response_format',
            'stream_options',
            'metadata',
            'logit_bias',
            'max_tokens',
            'user',
            'max_budget',
            'region',
            'seed',
          ].map((name) => [name, member]),
        ),
      },
      { requiredKeys: ['messages'] },
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const answer = await post(JSON.stringify(value));
        expect(answer.status).toBeLessThan(500);
        if (answer.status !== 200) expectRefusal(answer);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('any JSON at all on a management route never gives a 5xx', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record(
        {
          name: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
          role: fc.jsonValue(),
          permissions: fc.jsonValue(),
          allowed_models: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
          allowed_ips: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
          expires_at: fc.oneof(
            fc.string(),
            fc.constantFrom('+275760-09-13', '0000-00-00', '2030-02-31T00:00:00Z'),
          ),
          limits: fc.jsonValue(),
          budget: fc.oneof(
            fc.jsonValue(),
            fc.record({ budget_type: fc.constant('daily'), budget_limit: fc.jsonValue() }),
          ),
          user_id: fc.oneof(fc.string(), fc.jsonValue()),
          organization_id: fc.oneof(fc.string(), fc.jsonValue()),
          project_id: fc.oneof(fc.string(), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(value, async (body) => {
        const answer = await post(JSON.stringify(body), {}, '/v1/api-keys');
        expect(answer.status).toBeLessThan(500);
        if (answer.status !== 201) expectRefusal(answer);
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  it('any query on a management route never gives a 5xx', async () => {
    const names = [
      'limit',
      'cursor',
      'from',
      'to',
      'status',
      'request_id',
      'organization_id',
      'user_id',
      'limit[]',
      '__proto__',
    ];
    const query = fc.array(fc.tuple(fc.constantFrom(...names), fc.string({ unit: 'binary-ascii' })), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        query,
        fc.constantFrom('/v1/analytics/records', '/v1/api-keys'),
        async (pairs, path) => {
          const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
          const answer = await send(app.port, `${path}?${text}`, {
            method: 'GET',
            headers: { authorization: `Bearer ${app.adminKey}` },
          });
          expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);
});

function expectRefusal(answer: Answer): void {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.json.error).toMatchObject({
    message: expect.any(String),
    type: expect.any(String),
    code: expect.any(String),
  });
  expect(answer.text).not.toMatch(/ at .*\.(js|ts):\d+|node_modules|SyntaxError|TypeError/);
  expect(answer.text.length).toBeLessThan(4_000);
}

/** Without what differs from answer to answer. */
function comparable({ status, text, headers }: { status: number; text: string; headers: Headers }): string {
  const stable = text
    .replaceAll(/"(timestamp|request_id)":"[^"]*"/g, '')
    .replaceAll(/"latency_ms_p50":[\d.]+/g, '');
  return `${status} ${headers.get('access-control-allow-origin') ?? ''} ${headers.get('content-type') ?? ''} ${stable}`;
}

async function inBatches<T, R>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += size) {
    const startedAt = performance.now();
    results.push(...(await Promise.all(items.slice(i, i + size).map(work))));
    expect(performance.now() - startedAt).toBeLessThan(LONGEST_ANSWER_MS);
  }
  return results;
}

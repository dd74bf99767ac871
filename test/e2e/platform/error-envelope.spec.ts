import type { OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf, rawExchange, send as exchange, type Answer, type SendOptions } from './exchange';
import { startTinyApp, type TinyApp } from './tiny-app';

let tiny: TinyApp;

beforeAll(async () => {
  tiny = await startTinyApp({ MAX_BODY_MB: '1' });
});

afterAll(() => tiny.close());

const send = (path: string, options: SendOptions = {}): Promise<Answer> => exchange(tiny.port, path, options);

const chat = (body: string | Buffer, headers?: OutgoingHttpHeaders): Promise<Answer> =>
  send('/v1/chat/completions', { body, headers });

describe('reading a JSON body', () => {
  it('takes well-formed bodies of every spelling of the type', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/vnd.api+json',
      'APPLICATION/JSON',
    ]) {
      const answer = await chat('{"a":1}', { 'content-type': type });
      expect(answer.text).toContain('"value":{"a":1},"bytes":7');
    }
    const untyped = await rawExchange(
      tiny.port,
      'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(untyped).toMatch(/^HTTP\/1.1 200/);
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"a":'],
    ['single quotes', "{'a':1}"],
    ['trailing comma', '[1,]'],
    ['NaN', 'NaN'],
    ['comment', '{/**/}'],
    ['two values', '{} {}'],
    ['control character', '"a\u0001b"'],
    ['byte order mark', '\ufeff{}'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['100,000 arrays', '['.repeat(100_000)],
    ['100,000 closed arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['100,000 objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ])('answers 400 invalid_json for a body that is %s', async (_name, body) => {
    const answer = await chat(body);

    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({
      type: 'invalid_request_error',
      code: 'invalid_json',
      param: null,
    });
    expect(answer.json.error.request_id).toBe(answer.headers['x-request-id']);
  });

  it('accepts brackets inside of strings and wide, flat bodies', async () => {
    const answer = await chat(
      JSON.stringify({ text: '[{"'.repeat(5_000), list: Array.from({ length: 5_000 }, () => ({})) }),
    );

    expect(answer.status).toBe(200);
  });

  it.each([
    '{"__proto__":{"polluted":1}}',
    '{"a":[{"\\u005f_proto__":{"polluted":1}}]}',
    '{"__\\u0070roto__":{"polluted":1}}',
  ])('refuses %s and leaves prototypes alone', async (body) => {
    const answer = await chat(body);

    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('answers the same as before after pollution attempts through every gadget', async () => {
    const before = await chat('{"a":1}');
    for (const key of [
      'json spaces',
      'status',
      'code',
      'exposedHeaders',
      'headers',
      'expose',
      'limitBytes',
    ]) {
      await chat(`{"constructor":{"prototype":{"${key}":10}}}`);
      await chat(`{"__proto__":{"${key}":10}}`);
      await send('/v1/things', { body: `{"name":"x","constructor":{"prototype":{"${key}":10}}}` });
    }
    const after = await chat('{"a":1}');

    const comparable = ({ status, text }: Answer) => ({ status, text: text.replace(/00-\w+-\w+-00/, '') });
    expect(comparable(after)).toEqual(comparable(before));
    expect(Object.keys(after.headers)).toEqual(Object.keys(before.headers));
  });

  it('lets the text __proto__ pass as a value', async () => {
    const answer = await chat('{"content":"what is __proto__?"}');

    expect(answer.status).toBe(200);
  });

  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['compression', { 'content-encoding': 'gzip' }],
  ])('answers 415 for %s', async (_name, headers) => {
    const answer = await chat('{}', headers);

    expect(answer.status).toBe(415);
    expect(answer.json.error.code).toBe('unsupported_media_type');
  });

  it('answers 413 by content-length before reading and the client can still read the answer', async () => {
    const answer = await chat(Buffer.alloc(3_000_000, 0x20));

    expect(answer.status).toBe(413);
    expect(answer.json.error.code).toBe('payload_too_large');
  });

  it('answers 413 for a chunked body that grows too large', async () => {
    async function* endless() {
      for (let i = 0; i < 30; i++) yield Buffer.alloc(64_000, 0x20);
    }
    const answer = await send('/v1/chat/completions', { chunks: endless() });

    expect(answer.status).toBe(413);
  });

  it('cuts off a client that goes on sending far beyond the limit', async () => {
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += 64_000;
        yield Buffer.alloc(64_000, 0x20);
        await sleep(0);
        if (sent > 60_000_000) return;
      }
    }
    await send('/v1/chat/completions', { chunks: endless() }).catch(() => undefined);

    expect(sent).toBeLessThan(30_000_000);
  });

  it('answers 408 for a body that trickles in', async () => {
    const startedAt = Date.now();
    const answer = await rawExchange(
      tiny.port,
      'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"',
    );

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(jsonOf(answer).error.code).toBe('request_timeout');
    expect(Date.now() - startedAt).toBeLessThan(3_000);
  });

  it('is quiet about a client that leaves while it sends', async () => {
    const socket = connect(tiny.port, '127.0.0.1', () =>
      socket.write('POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"a"'),
    );
    await sleep(50);
    socket.destroy();
    await sleep(100);

    expect((await chat('{}')).status).toBe(200);
    expect((await tiny.settledLogLines()).filter((line) => line.includes('"ERROR"'))).toEqual([]);
  });
});

describe('routes that do not exist', () => {
  it('answers 404 in the envelope without repeating the address', async () => {
    const answer = await send('/nothing/<script>?key=canary', { method: 'GET' });

    expect(answer.status).toBe(404);
    expect(answer.json.error).toMatchObject({ code: 'not_found', type: 'invalid_request_error' });
    expect(answer.text).not.toMatch(/script|canary/);
  });

  it('answers 405 with Allow when the address takes another method', async () => {
    const answer = await send('/v1/chat/completions', { method: 'DELETE' });

    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
    expect(answer.json.error.code).toBe('method_not_allowed');
  });

  it.each(['/v1/models/%E0%A4%A', '/%', '//', '/v1/models/%00', '/v1/models/..%2f..%2fetc'])(
    'never answers %s with a 5xx',
    async (path) => {
      const answer = await send(path, { method: 'GET' });

      expect(answer.status).toBeLessThan(500);
    },
  );
});

describe('failures inside of the service', () => {
  it('shows a 500 without any internal text and logs it without secrets', async () => {
    const answer = await send('/v1/broken', { method: 'GET' });
    await sleep(100);

    expect(answer.status).toBe(500);
    expect(answer.json.error).toMatchObject({ type: 'internal_error', code: 'internal_error' });
    expect(answer.text).not.toContain('canary');
    const lines = (await tiny.settledLogLines()).filter((line) =>
      line.includes(answer.json.error.request_id ?? '?'),
    );
    expect(lines.find((line) => line.includes('"ERROR"'))).toContain('select failed');
    expect(lines.join('\n')).not.toContain('canary');
  });

  it.each([
    ['authentication', 502, 'upstream_error', null],
    ['billing', 502, 'upstream_error', null],
    ['not_found', 502, 'upstream_error', null],
    ['server', 502, 'upstream_error', null],
    ['timeout', 504, 'upstream_timeout', null],
    ['rate_limit', 429, 'rate_limit_exceeded', '3'],
    ['overloaded', 503, 'no_provider_available', '3'],
    ['circuit_open', 503, 'no_provider_available', '3'],
    ['context_length', 400, 'context_length_exceeded', null],
    ['bad_request', 400, 'upstream_refused', null],
    ['content_policy', 400, 'content_policy_violation', null],
  ])('renders a provider failure of kind %s as %i %s', async (kind, status, code, retryAfter) => {
    const answer = await send(`/v1/provider-error/${kind}`, { method: 'GET' });

    expect(answer.status).toBe(status);
    expect(answer.json.error.code).toBe(code);
    expect(answer.headers['retry-after'] ?? null).toBe(retryAfter);
    expect(answer.json.error.param).toBe(status === 400 ? 'temperature' : null);
  });
});

describe('management routes', () => {
  it('turns the body into its DTO', async () => {
    const answer = await send('/v1/things', { body: '{"name":"x","amount":2}' });

    expect(answer.status).toBe(201);
    expect(answer.text).toBe('{"name":"x","amount":2}');
  });

  it('reports all broken rules and unknown fields at once', async () => {
    const answer = await send('/v1/things', { body: '{"amount":0,"is_admin":true}' });

    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toBe('validation_error');
    expect(JSON.stringify(answer.json.error.details)).toMatch(/name.*amount.*|is_admin/);
    expect(JSON.stringify(answer.json.error.details)).toContain('is_admin');
  });

  it.each(['[1]', '1', 'null', '"x"'])('refuses the body %s', async (body) => {
    expect((await send('/v1/things', { body })).status).toBe(400);
  });

  it('checks queries too', async () => {
    expect((await send('/v1/things?limit=5', { method: 'GET' })).text).toBe('{"limit":5}');
    expect((await send('/v1/things?limit=5000', { method: 'GET' })).status).toBe(400);
    expect((await send('/v1/things?limit=x&evil=1', { method: 'GET' })).status).toBe(400);
  });

  it('protects browsers there and keeps model routes lean', async () => {
    const management = await send('/v1/things', { method: 'GET' });
    const model = await send('/v1/models/x', { method: 'GET' });

    expect(management.headers['content-security-policy']).toBeDefined();
    expect(model.headers['content-security-policy']).toBeUndefined();
    expect(model.headers['x-content-type-options']).toBe('nosniff');
    expect(model.headers['x-powered-by']).toBeUndefined();
    expect(model.headers['etag']).toBeUndefined();
  });
});

describe('addresses that misbehave', () => {
  it('locks out guessing of keys and leaves Retry-After', async () => {
    const guarded = await startTinyApp({ IP_REQUESTS_PER_MINUTE: '100', IP_FAILED_AUTH_PER_MINUTE: '10' });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await fetch(`${guarded.url}/v1/secret`)).status);
    const refused = await fetch(`${guarded.url}/health`);
    const body = (await refused.json()) as Answer['json'];
    await guarded.close();

    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.error.code).toBe('rate_limit_exceeded');
  });
});

import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { chatBody } from '../../support/app-client';

describeInBothShapes('rate limits', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('count requests per key, show the count on every answer, and refuse the next one with 429', async () => {
    const { key } = await app.createKey({ limits: { requests_per_minute: 3 } });
    const first = await app.chat('hello', { key });
    await app.chat('hello', { key });
    await app.get('/v1/models', { key });
    const refused = await app.chat('hello', { key });

    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '2',
      'x-ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
    expect(refused.status).toBe(429);
    expect(refused.error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(app.vendor.calls).toHaveLength(2);
  });

  it('let exactly the limit through when a burst arrives at once', async () => {
    const { key } = await app.createKey({ limits: { requests_per_minute: 10 } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => app.chat('hello', { key })));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
  });

  it('leave other keys of the same user alone', async () => {
    const user = app.newUser();
    const one = await app.createKey({ limits: { requests_per_minute: 1 } }, user);
    const other = await app.createKey({ limits: { requests_per_minute: 1 } }, user);
    await app.chat('hello', { key: one.key });

    expect((await app.chat('hello', { key: one.key })).status).toBe(429);
    expect((await app.chat('hello', { key: other.key })).status).toBe(200);
  });

  it('count tokens too, by what a request may use, and correct that by what it did use', async () => {
    const { key } = await app.createKey({ limits: { tokens_per_minute: 500 } });
    const body = chatBody('hello', { max_tokens: 400 });
    const answers = [await app.chat(body, { key })];
    await app.settled();
    answers.push(await app.chat(body, { key }));
    await app.settled();
    const tooMuch = await app.chat(chatBody('hello', { max_tokens: 501 }), { key });

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(tooMuch.status).toBe(429);
    expect(tooMuch.error).toMatchObject({
      type: 'rate_limit_error',
      code: 'tokens_rate_limit_exceeded',
    });
    expect(Number(tooMuch.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

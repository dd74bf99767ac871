import { chatBody } from '../../support/app-client';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { expectStatus, makePerson, makeTenant } from '../../support/tenants';

describeInBothShapes('rate limits above the key', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  const models = (key: string) => app.get('/v1/models', { key });
  const statuses = async (keys: readonly string[]): Promise<readonly number[]> =>
    (await Promise.all(keys.map(models))).map(({ status }) => status);

  it('count all keys of a user together, hour by hour, and name the level that refused', async () => {
    const tenant = await makeTenant(app, { limits: { user: { requests_per_hour: 4 } } });
    const second = await app.createKey({ name: 'second' }, tenant.owner.key);
    // Making the second key was a request of this user, too.
    const answers = await statuses([tenant.owner.key, second.key, tenant.owner.key, second.key, second.key]);
    const refused = await models(second.key);
    const colleague = await makePerson(app, tenant.id, 'developer');

    expect(answers.filter((status) => status === 200)).toHaveLength(3);
    expect(refused.error).toMatchObject({
      code: 'rate_limit_exceeded',
      details: { level: 'user', window: 'hour', limit: 4 },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await models(colleague.key)).status).toBe(200);
  });

  it('count all callers of an organization together, by plan, from the moment it changes', async () => {
    const tenant = await makeTenant(app);
    const colleague = await makePerson(app, tenant.id, 'developer');
    expect(await statuses([tenant.owner.key, colleague.key])).toEqual([200, 200]);
    await expectStatus(
      200,
      app.request('PUT', '/v1/plans/five', { body: { limits: { requests_per_day: 5 } } }),
    );
    await expectStatus(
      200,
      app.request('PATCH', `/v1/organizations/${tenant.id}`, { body: { plan: 'five' } }),
    );
    const answers = await statuses(
      Array.from({ length: 10 }, (_unused, index) => (index % 2 === 0 ? tenant.owner.key : colleague.key)),
    );
    const refused = await models(colleague.key);

    expect(answers.filter((status) => status === 200)).toHaveLength(5);
    expect(refused.error.details).toEqual({ level: 'organization', window: 'day', limit: 5 });
    expect(refused.headers.get('x-ratelimit-limit')).toBe('5');
  });

  it('take nothing from the wider limits when a narrower one refuses', async () => {
    const tenant = await makeTenant(app, { limits: { requests_per_minute: 8 } });
    const narrow = await app.createKey({ limits: { requests_per_minute: 1 } }, tenant.owner.key);
    await statuses(Array.from({ length: 6 }, () => narrow.key));
    const rest = await statuses(Array.from({ length: 8 }, () => tenant.owner.key));

    // One for making the key, one that the narrow key was allowed.
    expect(rest.filter((status) => status === 200)).toHaveLength(6);
  });

  it('reserve tokens of the organization before the call and correct them after it', async () => {
    const tenant = await makeTenant(app, { limits: { tokens_per_day: 1_000 } });
    const colleague = await makePerson(app, tenant.id, 'developer');
    const body = chatBody('hello', { max_tokens: 600 });
    app.vendor.respond(() => ({ delayMs: 300 }));
    const together = await Promise.all([
      app.chat(body, { key: tenant.owner.key }),
      app.chat(body, { key: colleague.key }),
    ]);
    await app.settled();
    const later = await app.chat(body, { key: colleague.key });
    const refused = together.find(({ status }) => status === 429);

    expect(together.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(refused?.error).toMatchObject({
      code: 'tokens_rate_limit_exceeded',
      details: { level: 'organization', window: 'day', limit: 1_000 },
    });
    expect(later.status).toBe(200);
  });
});

describe('rate limits of the installation', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({
      settings: {
        RATE_LIMITS_GLOBAL: 'tokens_per_minute=1000,requests_per_day=1000',
        RATE_LIMITS_KEY: '{"requests_per_hour":2}',
      },
    });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  it('hold over all organizations, requests and tokens', async () => {
    const body = chatBody('hello', { max_tokens: 600 });
    app.vendor.respond(() => ({ delayMs: 300 }));
    const together = await Promise.all([
      app.chat(body, { key: app.newUser() }),
      app.chat(body, { key: app.newUser() }),
    ]);
    await app.settled();
    const later = await app.chat(body, { key: app.newUser() });
    const refused = together.find(({ status }) => status === 429);

    expect(together.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(refused?.error.details).toEqual({ level: 'global', window: 'minute', limit: 1_000 });
    expect(later.status).toBe(200);
  });

  it('and the defaults of keys apply to keys that set none', async () => {
    const key = app.newUser();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await app.get('/v1/models', { key }));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[0]?.headers.get('x-ratelimit-remaining')).toBe('1');
    expect(answers[2]?.error.details).toEqual({ level: 'key', window: 'hour', limit: 2 });
  });
});

import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';

describe('which model answers', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it.each([
    ['a bare id', 'gpt-4o-mini'],
    ['provider and id', 'openai/gpt-4o-mini'],
    ['a dated id, which is pinned', 'gpt-4o-mini-2024-07-18'],
  ])('is the one the client names by %s', async (_name, model) => {
    const answer = await app.chat(chatBody('hello', { model }));

    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-route-decision')).toBe(`openai/${model.replace('openai/', '')}`);
    expect(app.vendor.lastCall.body['model']).toBe(model.replace('openai/', ''));
    expect(answer.body.router_metadata['strategy']).toBe('direct');
  });

  it.each([[undefined], ['auto'], ['router'], ['AUTO'], [null], ['']])(
    'is chosen by the router when the client names %p',
    async (model) => {
      const answer = await app.chat(chatBody('What is 2+2?', { model }));

      expect(answer.status).toBe(200);
      expect(answer.body.router_metadata).toMatchObject({ strategy: 'hybrid' });
    },
  );

  it.each([
    'gpt-99',
    'openai/gpt-99',
    'nobody/gpt-4o',
    '../gpt-4o',
    '__proto__',
    'constructor',
    'x'.repeat(5_000),
  ])('is nobody, with 404 model_not_found and no call, when the client names %p', async (model) => {
    const answer = await app.chat(chatBody('hello', { model }));

    expect(answer.status).toBe(404);
    expect(answer.error).toMatchObject({
      type: 'invalid_request_error',
      code: 'model_not_found',
      param: 'model',
    });
    expect(answer.text.length).toBeLessThan(1_000);
    expect(app.vendor.calls).toEqual([]);
  });

  it.each([
    'heuristic',
    'cost_optimized',
    'cost',
    'quality_focused',
    'quality',
    'balanced',
    'speed',
    'Balanced',
  ])('follows X-Routing-Strategy %p', async (strategy) => {
    const answer = await app.chat('Tell me about climate change', {
      headers: { 'x-routing-strategy': strategy },
    });

    expect(answer.status).toBe(200);
  });

  it('is refused with 400 and the list of values for a strategy that does not exist', async () => {
    const answer = await app.chat('hello', { headers: { 'x-routing-strategy': 'magic' } });

    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({
      type: 'invalid_request_error',
      code: 'unknown_routing_strategy',
      details: { values: expect.arrayContaining(['heuristic', 'cost_optimized', 'speed']) },
    });
    expect(answer.error.message).toContain('quality_focused');
  });

  it('costs less by objective cost than by objective quality', async () => {
    const text = 'Tell me about climate change';
    const cheap = await app.chat(text, { headers: { 'x-routing-strategy': 'cost_optimized' } });
    const good = await app.chat(text, { headers: { 'x-routing-strategy': 'quality_focused' } });

    expect(cheap.body.router_metadata.actual_cost).toBeLessThan(good.body.router_metadata.actual_cost);
  });

  it('is only one that a restricted key may use', async () => {
    const { key } = await app.createKey({ allowed_models: ['openai/gpt-4o-mini'], role: 'developer' });
    const routed = await app.chat('hello', { key });
    const denied = await app.chat(chatBody('hello', { model: 'gpt-4o' }), { key });
    const list = await app.get('/v1/models', { key });

    expect(routed.headers.get('x-route-decision')).toBe('openai/gpt-4o-mini');
    expect([403, 404]).toContain(denied.status);
    expect((list.body['data'] as { id: string }[]).map(({ id }) => id)).toEqual([
      'auto',
      'openai/gpt-4o-mini',
    ]);
  });

  it('has its price in the model list, also under its alias, and auto is listed', async () => {
    const list = await app.get('/v1/models');
    const one = await app.get('/v1/models/gpt-4o-mini-2024-07-18');
    const withProvider = await app.get('/v1/models/openai/gpt-4o-mini');

    expect(list.body).toMatchObject({ object: 'list' });
    expect((list.body['data'] as { id: string }[])[0]?.id).toBe('auto');
    expect(one.body).toMatchObject({
      id: 'openai/gpt-4o-mini',
      object: 'model',
      pricing: { input: 0.15, output: 0.6, cache_read: 0.075, unit: 'usd_per_million_tokens' },
    });
    expect(withProvider.body).toEqual(one.body);
    expect((await app.get('/v1/models/nothing')).status).toBe(404);
  });

  it('belongs to a provider whose state everybody with models:read can see', async () => {
    const answer = await app.get('/v1/providers');

    expect(answer.body).toMatchObject({
      providers: {
        openai: { name: 'openai', status: 'available', circuit: 'closed', models: expect.any(Array) },
      },
    });
    expect((await app.get('/providers')).body).toEqual(answer.body);
  });
});

describe('with failover for named models', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({
      settings: {
        ROUTER_DIRECT_FAILOVER: 'true',
        PROVIDER_BREAKER_MINIMUM_CALLS: '1000',
        PROVIDER_DEMO: 'on',
      },
    });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('the named model answers when it can, and another provider at once when it cannot', async () => {
    const body = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });
    const first = await app.chat(body);
    app.vendor.respond(() => ({ status: 500 }));
    const second = await app.chat(body);

    expect(first.headers.get('x-route-decision')).toBe('openai/gpt-4o-mini');
    expect(second.status).toBe(200);
    expect(second.body.router_metadata.selected_provider).toBe('demo');
    expect(app.vendor.calls.every((call) => call.body['model'] === 'gpt-4o-mini')).toBe(true);
  });

  it('a name nobody knows is still refused with 404', async () => {
    const answer = await app.chat(chatBody('hello', { model: 'gpt-99' }));

    expect(`${answer.status} ${answer.error.code}`).toBe('404 model_not_found');
    expect(app.vendor.calls).toEqual([]);
  });
});

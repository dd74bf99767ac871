import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { makeTenant } from '../../support/tenants';

const ALIASES = '/v1/model-aliases';
const EXPERIMENTS = '/v1/routing-experiments';
/** A change is effective after five seconds at most. */
const EFFECTIVE_MS = 5_100;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('model aliases', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('are made, listed, changed and removed, and a name is taken only once', async () => {
    const made = await app.post(ALIASES, { name: 'team-default', targets: [{ model: 'gpt-4o-mini' }] });
    const again = await app.post(ALIASES, { name: 'team-default', targets: [{ model: 'gpt-4o' }] });
    const list = await app.get(`${ALIASES}?limit=10`);
    const changed = await app.request('PUT', `${ALIASES}/team-default`, {
      body: { targets: [{ model: 'openai/gpt-4o', weight: 3 }, { model: 'auto' }] },
    });
    const removed = await app.request('DELETE', `${ALIASES}/team-default`);

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'team-default', targets: [{ model: 'gpt-4o-mini', weight: 1 }] });
    expect([again.status, again.error.code]).toEqual([409, 'name_taken']);
    expect(list.body).toMatchObject({ data: [{ name: 'team-default' }], next_cursor: null });
    expect(changed.body).toMatchObject({
      targets: [
        { model: 'openai/gpt-4o', weight: 3 },
        { model: 'auto', weight: 1 },
      ],
    });
    expect(removed.status).toBe(204);
    expect((await app.get(`${ALIASES}/team-default`)).status).toBe(404);
  });

  it('are among the models of their organization, with what they lead to, as far as the caller may use that', async () => {
    const one = await app.post(ALIASES, { name: 'house-model', targets: [{ model: 'gpt-4o-mini' }] });
    await app.post(ALIASES, {
      name: 'house-split',
      targets: [{ model: 'openai/gpt-4o', weight: 3 }, { model: 'auto' }],
    });
    const limited = await app.createKey({ allowed_models: ['gpt-4o'] });
    const { owner } = await makeTenant(app);
    await wait(EFFECTIVE_MS);
    const modelsOf = async (key: string): Promise<readonly Record<string, unknown>[]> => {
      const { body } = await app.get('/v1/models', { key });
      return (body['data'] as Record<string, unknown>[]).filter(({ id }) => String(id).startsWith('house-'));
    };
    const mini = await app.get('/v1/models/openai/gpt-4o-mini');
    const found = await app.get('/v1/models/house-model');

    expect(one.status).toBe(201);
    expect(await modelsOf(app.adminKey)).toEqual([
      expect.objectContaining({
        id: 'house-model',
        object: 'model',
        owned_by: 'organization',
        pricing: mini.body['pricing'],
        context_window: mini.body['context_window'],
        leads_to: [{ model: 'openai/gpt-4o-mini', weight: 1 }],
      }),
      {
        id: 'house-split',
        object: 'model',
        created: mini.body['created'],
        owned_by: 'organization',
        leads_to: [
          { model: 'openai/gpt-4o', weight: 3 },
          { model: 'auto', weight: 1 },
        ],
      },
    ]);
    expect(found.body).toMatchObject({ id: 'house-model', leads_to: [{ model: 'openai/gpt-4o-mini' }] });
    expect((await modelsOf(limited.key)).map(({ id }) => id)).toEqual(['house-split']);
    expect(await modelsOf(owner.key)).toEqual([]);
    expect((await app.get('/v1/models/house-model', { key: owner.key })).status).toBe(404);
  });

  it.each([
    [{ name: 'gpt-4o', targets: [{ model: 'gpt-4o-mini' }] }, 409],
    [{ name: 'auto', targets: [{ model: 'gpt-4o-mini' }] }, 409],
    [{ name: 'Upper', targets: [{ model: 'gpt-4o-mini' }] }, 400],
    [{ name: 'a', targets: [{ model: 'gpt-99' }] }, 400],
    [{ name: 'a', targets: [{ model: 'router' }] }, 400],
    [{ name: 'a', targets: [] }, 400],
    [{ name: 'a', targets: [{ model: 'gpt-4o', weight: 0 }] }, 400],
    [{ name: 'a', targets: [{ model: 'gpt-4o', share: 1 }] }, 400],
    [{ targets: [{ model: 'gpt-4o' }] }, 400],
    [{ name: 'a', targets: [{ model: 'gpt-4o', weight: null }] }, 400],
    [{ name: 'a', targets: [{ model: 'gpt-4o\u0000' }] }, 400],
  ])('refuse %j with %i', async (body, status) => {
    expect((await app.post(ALIASES, body)).status).toBe(status);
  });

  it('need the permission to change routing', async () => {
    const key = app.newUser();

    expect((await app.get(ALIASES, { key })).status).toBe(200);
    expect((await app.post(ALIASES, { name: 'a', targets: [{ model: 'gpt-4o' }] }, { key })).status).toBe(
      403,
    );
    expect((await app.post(EXPERIMENTS, {}, { key })).status).toBe(403);
  });

  it('divide traffic by weight, each user staying with one model; the ledger keeps the name the client wrote', async () => {
    await app.post(ALIASES, {
      name: 'split',
      targets: [
        { model: 'gpt-4o-mini', weight: 1 },
        { model: 'gpt-4.1-nano', weight: 1 },
      ],
    });
    await wait(EFFECTIVE_MS);
    const chosen = new Map<string, Set<string>>();
    for (let user = 0; user < 30; user++) {
      const session = `session-${user}`;
      for (let i = 0; i < 2; i++) {
        const answer = await app.chat(chatBody('hello', { model: 'split', session_id: session }));
        const model = answer.headers.get('x-route-decision') ?? String(answer.status);
        chosen.set(session, (chosen.get(session) ?? new Set()).add(model));
      }
    }
    const [row] = await app.ledgerRows({ limit: '1' });
    const all = new Set([...chosen.values()].flatMap((models) => [...models]));

    expect([...chosen.values()].every(({ size }) => size === 1)).toBe(true);
    expect([...all].sort()).toEqual(['openai/gpt-4.1-nano', 'openai/gpt-4o-mini']);
    expect(row).toMatchObject({ requested_model: 'split' });
  }, 60_000);
});

describe('routing experiments', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 90_000);
  afterAll(() => app.stop(), 60_000);

  it('divide free requests over policies, count what they cost, and end when they are stopped', async () => {
    const made = await app.post(EXPERIMENTS, {
      name: 'thrift',
      split_by: 'session',
      variants: [
        { name: 'as before' },
        { name: 'thrifty', strategy: 'heuristic', objective: 'cost_optimized', intent_low_confidence: 0.9 },
      ],
    });
    const second = await app.post(EXPERIMENTS, { name: 'x', variants: [{ name: 'a' }, { name: 'b' }] });
    await wait(EFFECTIVE_MS);
    const seen = new Map<string, number>();
    for (let i = 0; i < 24; i++) {
      const answer = await app.chat(chatBody('Tell me about climate change', { session_id: `s${i}` }));
      const { strategy, objective } = answer.body.router_metadata;
      const policy = `${String(strategy)} ${String(objective)}`;
      seen.set(policy, (seen.get(policy) ?? 0) + 1);
      if (i === 0) {
        const id = answer.headers.get('x-modelmuxer-request-id');
        await app.settled();
        await app.post('/v1/feedback', { request_id: id, score: 1 });
      }
    }
    const explicit = await app.chat('hello', { headers: { 'x-routing-strategy': 'speed' } });
    await app.settled();
    const id = String(made.body['id']);
    const shown = await app.get(`${EXPERIMENTS}/${id}`);
    const stopped = await app.post(`${EXPERIMENTS}/${id}/stop`, {});
    const decision = await app.get(`/v1/router/decisions/${explicit.headers.get('x-route-decision-id')}`);
    const results = shown.body['results'] as Record<string, unknown>[];

    expect(made.status).toBe(201);
    expect(second.error.code).toBe('experiment_running');
    expect([...seen.keys()].sort()).toEqual(['heuristic cost_optimized', 'hybrid balanced']);
    expect(results.map(({ variant, requests, answered }) => [variant, requests, answered])).toEqual([
      ['as before', seen.get('hybrid balanced'), seen.get('hybrid balanced')],
      ['thrifty', seen.get('heuristic cost_optimized'), seen.get('heuristic cost_optimized')],
    ]);
    expect(results.reduce((sum, { feedback }) => sum + Number(feedback), 0)).toBe(1);
    expect(results.every(({ total_cost: cost }) => Number(cost) > 0)).toBe(true);
    expect(explicit.body.router_metadata).toMatchObject({ strategy: 'hybrid', objective: 'speed' });
    expect(decision.body).toMatchObject({ experiment_id: null });
    expect(stopped.body).toMatchObject({ status: 'stopped', stopped_at: expect.any(String) });
    expect((await app.get(EXPERIMENTS)).body).toMatchObject({ data: [{ id, status: 'stopped' }] });
  }, 90_000);

  it.each([
    [{ name: 'x', variants: [{ name: 'a' }] }],
    [{ name: 'x', variants: [{ name: 'a' }, { name: 'a' }] }],
    [{ name: 'x', variants: [{ name: 'a' }, { name: 'b', strategy: 'magic' }] }],
    [{ name: 'x', split_by: 'moon', variants: [{ name: 'a' }, { name: 'b' }] }],
    [{ name: 'x', variants: [{ name: 'a' }, { name: 'b', intent_low_confidence: 2 }] }],
    [{ name: 'x', variants: [{ name: 'a' }, { name: 'b', weight: null }] }],
    [{ name: 'x', split_by: null, variants: [{ name: 'a' }, { name: 'b' }] }],
    [{ name: 'x', variants: [{ name: 'a' }, { name: 'b', objective: 'cascade' }] }],
  ])('refuse %j with 400', async (body) => {
    expect((await app.post(EXPERIMENTS, body)).status).toBe(400);
  });

  it('take null for a setting that is left as it is', async () => {
    const variants = [
      { name: 'a', strategy: null, objective: null, intent_low_confidence: null },
      { name: 'b' },
    ];
    const made = await app.post(EXPERIMENTS, { name: 'nulls', variants });
    await app.post(`${EXPERIMENTS}/${String(made.body['id'])}/stop`, {});

    expect(made.status).toBe(201);
    expect(made.body['variants']).toEqual([
      { name: 'a', weight: 1 },
      { name: 'b', weight: 1 },
    ]);
  });

  it('say which strategies there are when one is not known', async () => {
    const refused = await app.post(EXPERIMENTS, {
      name: 'x',
      variants: [{ name: 'a' }, { name: 'b', strategy: 'magic' }],
    });

    expect(refused.error).toMatchObject({
      param: 'variants[1].strategy',
      message: expect.stringContaining('heuristic, hybrid, semantic, cascade, cost_optimized') as string,
    });
  });

  it.each([
    [`${EXPERIMENTS}/%00`, 404],
    [`${ALIASES}/a%00`, 404],
    [`${ALIASES}?cursor=AA`, 400],
    ['/v1/routers/%00', 404],
    ['/v1/provider-credentials/%00', 404],
    ['/v1/router/decisions/%00', 404],
  ])('and what else the database cannot hold are refused at %s', async (path, status) => {
    expect((await app.get(path)).status).toBe(status);
  });

  it.each([{ min_outcomes: null }, { automatic_activation: null }, { implicit_outcomes: null }])(
    'nor does learning take %j',
    async (body) => {
      expect(
        (await app.request('PUT', '/v1/router-learning', { body: { enabled: false, ...body } })).status,
      ).toBe(400);
    },
  );

  it('are 404 when there is none', async () => {
    expect((await app.get(`${EXPERIMENTS}/exp_00000000000000000000000000`)).status).toBe(404);
    expect((await app.post(`${EXPERIMENTS}/nonsense/stop`, {})).status).toBe(404);
  });
});

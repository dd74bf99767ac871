import type { Answer } from '../../support/app-client';
import { chatBody } from '../../support/app-client';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';

const BODY = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });
const PATH = '/v1/analytics/budgets';

type Shown = Record<string, unknown> & { readonly id: string };

describeInBothShapes('budgets', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  const set = (body: Readonly<Record<string, unknown>>, key?: string): Promise<Answer> =>
    app.post(PATH, { budget_type: 'daily', budget_limit: 5, ...body }, { key });
  const budgetOf = (answer: Answer): Shown => answer.body['budget'] as Shown;
  const userIdOf = async (key: string): Promise<string> => {
    const { id } = await app.createKey({}, key);
    const answer = await app.get(`/v1/api-keys/${id}`);
    return String(answer.body['user_id']);
  };
  const remove = (id: string): Promise<Answer> => app.request('DELETE', `${PATH}/${id}`);

  it('are set, shown with what is used of them, changed and removed', async () => {
    const key = app.newUser();
    const scope = { level: 'user', id: await userIdOf(key) };
    const made = await set({ scope, budget_limit: '2.5', alert_thresholds: [90, 10] });

    expect(made.status).toBe(201);
    expect(budgetOf(made)).toMatchObject({
      scope,
      budget_type: 'daily',
      budget_limit: 2.5,
      budget_limit_nano_usd: '2500000000',
      current_usage: 0,
      held: 0,
      usage_percentage: 0,
      remaining_budget: 2.5,
      provider: null,
      model: null,
      mode: 'enforce',
      status: 'normal',
      alert_thresholds: [10, 90],
      alerts: [],
    });
    expect((await app.chat(BODY, { key })).status).toBe(200);
    await app.settled();
    const again = await set({ scope, budget_limit: '0.0001' });
    expect(budgetOf(again).id).toBe(budgetOf(made).id);
    expect(budgetOf(again)['current_usage']).toBeGreaterThan(0);

    const { id } = budgetOf(made);
    const changed = await app.request('PUT', `${PATH}/${id}`, {
      body: { budget_limit: 0.000005, mode: 'warn', alert_thresholds: [50, 100] },
    });
    expect(changed.status).toBe(200);
    expect(budgetOf(changed)).toMatchObject({
      status: 'exceeded',
      mode: 'warn',
      remaining_budget: 0,
      alerts: [
        { budget_id: id, type: 'warning', threshold: 50 },
        { budget_id: id, type: 'critical', threshold: 100 },
      ],
    });
    const list = await app.get(`${PATH}?scope_id=${scope.id}`);
    expect(list.body).toMatchObject({
      budgets: [
        { id, set_by: 'administrator' },
        { set_by: 'default', budget_type: 'monthly' },
      ],
      total_budgets: 2,
      exceeded_budgets: 1,
      warning_budgets: 0,
      recent_alerts: [{ threshold: 100 }, { threshold: 50 }],
    });
    expect((await remove(id)).status).toBe(204);
    expect((await remove(id)).status).toBe(404);
    expect((await app.get(`${PATH}?scope_id=${scope.id}`)).body).toMatchObject({
      total_budgets: 2,
      budgets: [{ set_by: 'default' }, { set_by: 'default' }],
    });
  });

  it('from the configuration and of keys are listed with their source and use, and changed where they come from', async () => {
    const user = app.newUser();
    const { id: keyId, key } = await app.createKey(
      { budget: { budget_type: 'weekly', budget_limit: 3 } },
      user,
    );
    await app.chat(BODY, { key });
    await app.settled();
    const { spent } = await app.spendingOf(key);
    const { budgets } = (await app.get(PATH, { key: user })).body as { budgets: Shown[] };

    const userId = await userIdOf(user);
    const used = { current_usage_nano_usd: spent.toString(), held: 0, alert_thresholds: [50, 80, 95, 100] };
    expect(budgets).toMatchObject([
      {
        ...used,
        id: `key/${keyId}/weekly`,
        set_by: 'key',
        scope: { level: 'api_key', id: keyId },
        budget_limit: 3,
      },
      { ...used, id: `default/${userId}/daily`, set_by: 'default', budget_limit: 10, created_at: null },
      { ...used, id: `default/${userId}/monthly`, set_by: 'default', budget_limit: 100 },
    ]);
    expect(spent).toBeGreaterThan(0n);
    // The administrator sees them too, because the user has spent something.
    const all = (await app.get(PATH)).body['budgets'] as Shown[];
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(budgets.map(({ id }) => id)));
    for (const { id } of budgets) {
      const path = `${PATH}/${encodeURIComponent(id)}`;
      expect((await app.request('PUT', path, { body: { budget_limit: 1 } })).status).toBe(409);
      expect((await app.request('DELETE', path)).error).toMatchObject({ code: 'budget_set_elsewhere' });
    }
  });

  it('of a project count what its keys spend, refuse at the limit, and let go when raised or removed', async () => {
    const organization = await app.get('/v1/organizations');
    const [{ id: organizationId } = { id: '' }] = organization.body['data'] as { id: string }[];
    const project = await app.post(`/v1/organizations/${organizationId}/projects`, { name: 'Launch' });
    const scope = { level: 'project', id: String(project.body['id']) };
    const { key } = await app.createKey({ project_id: scope.id });
    const { key: outside } = await app.createKey({});
    const made = await set({ scope, budget_type: 'monthly', budget_limit: 1 });
    expect(made.status).toBe(201);
    const { id } = budgetOf(made);
    const shown = async (): Promise<Shown | undefined> =>
      ((await app.get(`${PATH}?level=project`)).body['budgets'] as Shown[]).find((one) => one.id === id);

    const answers = [await app.chat(BODY, { key }), await app.chat(BODY, { key })];
    await app.chat(BODY, { key: outside });
    await app.settled();
    const spent = answers.reduce(
      (sum, { body }) => sum + BigInt(body.router_metadata.actual_cost_nano_usd),
      0n,
    );
    expect(await shown()).toMatchObject({ current_usage_nano_usd: spent.toString(), held: 0, scope });

    const lowered = await app.request('PUT', `${PATH}/${id}`, { body: { budget_limit: '0.000001' } });
    expect(budgetOf(lowered)).toMatchObject({ status: 'exceeded', budget_type: 'monthly' });
    const refused = await app.chat(BODY, { key });
    expect(refused.status).toBe(402);
    expect(refused.error).toMatchObject({ details: { level: 'project', window: 'monthly' } });
    expect((await app.chat(BODY, { key: outside })).status).toBe(200);
    await app.request('PUT', `${PATH}/${id}`, { body: { budget_limit: 1 } });
    expect((await app.chat(BODY, { key })).status).toBe(200);
    await app.request('PUT', `${PATH}/${id}`, { body: { budget_limit: 0 } });
    expect((await app.chat(BODY, { key })).status).toBe(402);
    expect((await remove(id)).status).toBe(204);
    expect((await app.chat(BODY, { key })).status).toBe(200);
    expect(await shown()).toBeUndefined();
  });

  it.each(['organization', 'user', 'api_key'] as const)(
    'of a level %s bound the next request as soon as they are set',
    async (level) => {
      const user = app.newUser();
      const { id: keyId, key } = await app.createKey({}, user);
      const shown = (await app.get(`/v1/api-keys/${keyId}`)).body;
      const ids = { organization: shown['organization_id'], user: shown['user_id'], api_key: keyId };
      const made = await set({ scope: { level, id: ids[level] }, budget_limit: 0.000001 });
      expect(made.status).toBe(201);

      const refused = await app.chat(BODY, { key });

      expect(refused.status).toBe(402);
      expect(refused.error).toMatchObject({
        code: 'insufficient_budget',
        details: { level, window: 'daily', limit: 0.000001, spent: expect.any(Number), held: 0 },
      });
      expect(app.vendor.calls).toEqual([]);
      await remove(budgetOf(made).id);
      expect((await app.chat(BODY, { key })).status).toBe(200);
    },
  );

  it('of a window that is already running count what was spent in it before', async () => {
    const key = app.newUser();
    await app.chat(BODY, { key });
    await app.settled();
    const spent = await app.spendingOf(key);
    const scope = { level: 'user', id: await userIdOf(key) };
    const made = await set({ scope, budget_type: 'yearly' });

    expect(budgetOf(made)['current_usage_nano_usd']).toBe(spent.spent.toString());
    await remove(budgetOf(made).id);
  });

  it('for one model leave the others alone, and the router goes around them', async () => {
    const { id: keyId, key } = await app.createKey({}, app.newUser());
    const scope = { level: 'api_key', id: keyId };
    const made = await set({ scope, model: 'gpt-4o-mini', budget_limit: 0 });

    expect((await app.chat(BODY, { key })).status).toBe(402);
    const other = await app.chat(chatBody('hello', { model: 'gpt-4.1-nano', max_tokens: 50 }), { key });
    const routed = await app.chat(chatBody('hello', { max_tokens: 50 }), { key });

    expect([other.status, routed.status]).toEqual([200, 200]);
    expect(routed.body.router_metadata.selected_model).not.toBe('gpt-4o-mini');
    await remove(budgetOf(made).id);
  });

  it('that only warn refuse nothing and count', async () => {
    const key = app.newUser();
    const scope = { level: 'user', id: await userIdOf(key) };
    const made = await set({ scope, budget_type: 'weekly', budget_limit: 0, mode: 'warn' });
    expect((await app.chat(BODY, { key })).status).toBe(200);
    await app.settled();

    const { budgets } = (await app.get(`${PATH}?budget_type=weekly&level=user`)).body as { budgets: Shown[] };
    expect(budgets).toMatchObject([{ status: 'exceeded', mode: 'warn' }]);
    expect(budgets[0]?.['current_usage']).toBeGreaterThan(0);
    await remove(budgetOf(made).id);
  });

  describe('of a developer', () => {
    it('are set by themselves, for themselves, below what applies to them', async () => {
      const key = app.newUser();
      const made = await set({ budget_limit: 0.000001 }, key);

      expect(made.status).toBe(201);
      expect(budgetOf(made)).toMatchObject({ set_by: 'self', scope: { level: 'user' } });
      expect((await app.chat(BODY, { key })).status).toBe(402);
      const raised = await set({ budget_limit: 9 }, key);
      expect(budgetOf(raised).id).toBe(budgetOf(made).id);
      expect((await app.chat(BODY, { key })).status).toBe(200);
      expect((await set({ budget_limit: 11 }, key)).error).toMatchObject({ code: 'budget_above_cap' });
      await remove(budgetOf(made).id);
    });

    it('can never raise, change or remove what was set above them', async () => {
      const key = app.newUser();
      const { id: keyId } = await app.createKey({}, key);
      const scope = { level: 'user', id: await userIdOf(key) };
      const made = await set({ scope, budget_limit: 1 });
      const { id } = budgetOf(made);

      expect((await set({ budget_limit: 2 }, key)).status).toBe(403);
      expect((await set({ scope: { level: 'api_key', id: keyId }, budget_limit: 2 }, key)).status).toBe(403);
      const change = await app.request('PUT', `${PATH}/${id}`, { key, body: { budget_limit: 0.5 } });
      expect(change.status).toBe(403);
      expect((await app.request('DELETE', `${PATH}/${id}`, { key })).status).toBe(403);
      expect((await set({ scope: { level: 'api_key', id: keyId }, budget_limit: 0.5 }, key)).status).toBe(
        201,
      );
      await remove(id);
    });

    it('are not those of others, nor of the organization', async () => {
      const [key, other] = [app.newUser(), app.newUser()];
      const otherId = await userIdOf(other);
      const made = await set({ scope: { level: 'user', id: otherId } });
      const organization = (await app.get('/v1/api-keys')).body['data'] as { organization_id: string }[];
      const organizationId = organization[0]?.organization_id ?? '';

      expect((await set({ scope: { level: 'user', id: otherId } }, key)).status).toBe(403);
      expect((await set({ scope: { level: 'organization', id: organizationId } }, key)).status).toBe(403);
      const seen = (await app.get(PATH, { key })).body['budgets'] as Shown[];
      expect(seen.map(({ id }) => id)).not.toContain(budgetOf(made).id);
      const change = await app.request('PUT', `${PATH}/${budgetOf(made).id}`, {
        key,
        body: { mode: 'warn' },
      });
      expect(change.status).toBe(404);
      await remove(budgetOf(made).id);
    });
  });

  it.each([
    [{ budget_limit: -1 }, 'budget_limit'],
    [{ budget_limit: 'NaN' }, 'budget_limit'],
    [{ budget_limit: 9_000_001 }, 'budget_limit'],
    [{ budget_limit: null }, 'budget_limit'],
    [{ budget_type: 'hourly' }, 'budget_type'],
    [{ mode: 'maybe' }, 'mode'],
    [{ scope: { level: 'planet', id: 'earth' } }, 'scope.level'],
    [{ scope: { level: 'user' } }, 'scope.id'],
    [{ alert_thresholds: [0] }, 'alert_thresholds'],
    [{ colour: 'red' }, 'colour'],
  ])('refuse %j with 400', async (body, param) => {
    const answer = await set(body);

    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({ code: 'validation_error', param });
  });

  it('refuse a limit that is no finite number', async () => {
    const answer = await app.post(PATH, '{"budget_type":"daily","budget_limit":1e999}');

    expect(answer.status).toBe(400);
  });

  it.each([
    ['organization', 'org_01kaf3v5w2m8x4t6y9z1b3c5d7'],
    ['project', 'prj_01kaf3v5w2m8x4t6y9z1b3c5d7'],
    ['user', 'usr_01kaf3v5w2m8x4t6y9z1b3c5d7'],
    ['api_key', 'key_01kaf3v5w2m8x4t6y9z1b3c5d7'],
  ])('do not exist for an unknown %s', async (level, id) => {
    expect((await set({ scope: { level, id } })).status).toBe(404);
  });

  it('need a permission to be seen', async () => {
    const { key } = await app.createKey({ permissions: ['chat:invoke'] });

    expect((await app.get(PATH, { key })).status).toBe(403);
    expect((await set({}, key)).status).toBe(403);
  });
});

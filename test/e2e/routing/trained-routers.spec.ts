import { chatBody } from '../../support/app-client';
import { createApp, describeInBothShapes, startOn, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import { prepareInstallation, type Installation } from '../../support/installation';
import { describeWithPostgres, describeWithRedis } from '../../support/services';
import { expectStatus, makePerson, makeTenant, type Tenant } from '../../support/tenants';
import { trainedArtefact } from '../../support/trained-artefact';

const ROUTERS = '/v1/routers';
const QUESTION = 'Tell me about climate change';
/** Good enough to be worth its price. */
const LIKES_MINI = trainedArtefact({
  'openai/gpt-4o-mini': 0.98,
  'openai/gpt-4.1': 0.2,
  'openai/gpt-4o': 0.2,
});
const LIKES_LARGE = trainedArtefact({ 'openai/gpt-4o-mini': 0.05, 'openai/gpt-4.1': 0.98 });

interface Explained {
  readonly decision: {
    readonly predicted_by: string;
    readonly candidates: readonly { model: string; predicted_quality: number }[];
  };
}

async function explained(app: TestApp, key: string): Promise<{ by: string; ofMini: number }> {
  const { body } = await app.post('/v1/router/explain', chatBody(QUESTION), { key });
  const { predicted_by: by, candidates } = (body as unknown as Explained).decision;
  const mini = candidates.find(({ model }) => model === 'openai/gpt-4o-mini');
  return { by, ofMini: mini?.predicted_quality ?? -1 };
}

async function upload(app: TestApp, key: string, name: string, artefact: object): Promise<string> {
  return String((await expectStatus(201, app.post(ROUTERS, { name, artefact }, { key }))).body['id']);
}

describeInBothShapes('trained routers', (shape) => {
  let app: TestApp;
  let tenant: Tenant;
  let other: Tenant;

  beforeAll(async () => {
    app = await createApp({ shape });
    tenant = await makeTenant(app);
    other = await makeTenant(app);
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('predict for their tenant from the next request on, name themselves in decisions, and can be rolled back', async () => {
    const { key } = tenant.owner;
    const before = await explained(app, key);
    const mini = await upload(app, key, 'mini', LIKES_MINI);
    const untouched = await explained(app, key);
    const activated = await expectStatus(200, app.post(`${ROUTERS}/${mini}/activate`, {}, { key }));
    const withMini = await explained(app, key);
    const answer = await app.chat(QUESTION, { key });
    const large = await upload(app, key, 'large', LIKES_LARGE);
    await expectStatus(200, app.post(`${ROUTERS}/${large}/activate`, {}, { key }));
    const withLarge = await explained(app, key);
    const refused = await app.request('DELETE', `${ROUTERS}/${large}`, { key });
    const once = await expectStatus(200, app.post(`${ROUTERS}/rollback`, {}, { key }));
    const again = await explained(app, key);
    const twice = await expectStatus(200, app.post(`${ROUTERS}/rollback`, {}, { key }));
    const thrice = await app.post(`${ROUTERS}/rollback`, {}, { key });

    expect(untouched).toEqual(before);
    expect(activated.body).toMatchObject({ id: mini, active: true, origin: 'upload', verdict: null });
    expect(withMini.by).toBe(LIKES_MINI.fingerprint.slice(0, 8));
    expect(withMini.ofMini).toBeGreaterThan(0.9);
    expect(answer.body.router_metadata.selected_model).toBe('gpt-4o-mini');
    expect(withLarge.by).toBe(LIKES_LARGE.fingerprint.slice(0, 8));
    expect(withLarge.ofMini).toBeLessThan(0.3);
    expect([refused.status, refused.error.code]).toEqual([409, 'router_active']);
    expect(once.body).toEqual({ active_router_id: mini });
    expect(again).toEqual(withMini);
    expect(twice.body).toEqual({ active_router_id: null });
    expect([thrice.status, thrice.error.code]).toEqual([409, 'nothing_to_roll_back']);
    expect(await explained(app, key)).toEqual(before);
    expect((await explained(app, other.owner.key)).by).toBe(before.by);

    await app.settled();
    const id = answer.headers.get('x-route-decision-id') ?? '';
    await expectStatus(204, app.request('DELETE', `${ROUTERS}/${mini}`, { key }));
    const shown = await app.get(`/v1/router/decisions/${id}`, { key });
    const replayed = await app.post(`/v1/router/decisions/${id}/replay`, undefined, { key });
    expect(shown.body).toMatchObject({ decision: { predicted_by: LIKES_MINI.fingerprint.slice(0, 8) } });
    expect(replayed.body).toMatchObject({ identical: true });
  });

  it('are listed, shown and kept from others', async () => {
    const { key } = other.owner;
    const id = await upload(app, key, 'mini', LIKES_MINI);
    const list = await app.get(`${ROUTERS}?limit=10`, { key });
    const twice = await app.post(ROUTERS, { name: 'again', artefact: LIKES_MINI }, { key });
    const foreign = await Promise.all([
      app.get(`${ROUTERS}/${id}`, { key: tenant.owner.key }),
      app.post(`${ROUTERS}/${id}/activate`, {}, { key: tenant.owner.key }),
      app.request('DELETE', `${ROUTERS}/${id}`, { key: tenant.owner.key }),
    ]);

    expect(list.body).toMatchObject({
      data: [
        {
          id,
          name: 'mini',
          fingerprint: LIKES_MINI.fingerprint,
          active: false,
          facts: { rows: 60, sources: ['made-up'], models: expect.arrayContaining(['openai/gpt-4.1']) },
        },
      ],
      next_cursor: null,
    });
    expect([twice.status, twice.error.code]).toEqual([409, 'router_exists']);
    expect(foreign.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('may be seen with routing:read, and changed with routing:write only', async () => {
    const { key } = await makePerson(app, tenant.id, 'developer');

    expect((await app.get(ROUTERS, { key })).status).toBe(200);
    expect((await app.post(ROUTERS, { name: 'x', artefact: LIKES_MINI }, { key })).status).toBe(403);
    expect((await app.post(`${ROUTERS}/rollback`, {}, { key })).status).toBe(403);
  });

  it.each([
    [
      'a damaged artefact',
      { name: 'x', artefact: { ...LIKES_MINI, averagePrior: 0.1 } },
      'invalid_router_artefact',
    ],
    ['an empty one', { name: 'x', artefact: {} }, 'invalid_router_artefact'],
    ['none', { name: 'x' }, 'validation_error'],
    ['a strange name', { name: '<b>', artefact: LIKES_MINI }, 'validation_error'],
    ['more than was asked for', { name: 'x', artefact: LIKES_MINI, more: 1 }, 'validation_error'],
    ['something that is no object', [1], 'validation_error'],
  ])('refuse %s', async (_, body, code) => {
    const answer = await app.post(ROUTERS, body, { key: tenant.owner.key });

    expect([answer.status, answer.error.code]).toEqual([400, code]);
  });

  it('refuse an artefact above the limit before reading it', async () => {
    const body = { name: 'x', artefact: { filler: 'x'.repeat(9_000_000) } };

    expect((await app.post(ROUTERS, body, { key: tenant.owner.key })).status).toBe(413);
  });

  it('leave their changes in the audit trail', async () => {
    const { key } = tenant.owner;
    await app.settled();
    let actions: readonly string[] = [];
    await eventually(async () => {
      const { body } = await app.get('/v1/audit/events?limit=100', { key });
      actions = (body['data'] as { action: string }[]).map(({ action }) => action);
      if (!actions.includes('router.delete')) throw new Error('not yet');
    });

    expect(actions).toEqual(
      expect.arrayContaining(['router.upload', 'router.activate', 'router.roll_back', 'router.delete']),
    );
  });
});

describeWithPostgres('a trained router', () => {
  describeWithRedis('that is activated at one of two replicas', () => {
    let installation: Installation;
    let replicas: readonly [TestApp, TestApp];

    beforeAll(async () => {
      installation = await prepareInstallation({ shape: 'services' });
      replicas = [await startOn(installation), await startOn(installation)];
    }, 90_000);
    afterAll(async () => {
      await replicas[0].stop();
      await replicas[1].stop();
      await installation.remove();
    }, 60_000);

    it('predicts at the other one, long before what is known there has to be read anew', async () => {
      const [here, there] = replicas;
      const key = here.adminKey;
      const id = await upload(here, key, 'mini', LIKES_MINI);
      const before = await explained(there, key);
      await expectStatus(200, here.post(`${ROUTERS}/${id}/activate`, {}, { key }));
      let after = before;
      await eventually(async () => {
        after = await explained(there, key);
        if (after.by === before.by) throw new Error('not yet');
      });

      expect(after.by).toBe(LIKES_MINI.fingerprint.slice(0, 8));
    });
  });
});

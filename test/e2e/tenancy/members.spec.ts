import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { expectStatus, makePerson, makeTenant, type Tenant } from '../../support/tenants';

describeInBothShapes('members and roles', (shape) => {
  let app: TestApp;
  let tenant: Tenant;
  let other: Tenant;

  beforeAll(async () => {
    app = await createApp({ shape });
    tenant = await makeTenant(app);
    other = await makeTenant(app);
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  const members = (suffix = ''): string => `/v1/organizations/${tenant.id}/members${suffix}`;
  const roles = (suffix = ''): string => `/v1/organizations/${tenant.id}/roles${suffix}`;
  const as = (person: { key: string }) => ({ key: person.key });

  it('refuse to add a person twice, or the account of another tenant', async () => {
    const email = 'shared@example.com';
    await expectStatus(201, app.post(members(), { email, role: 'viewer' }, as(tenant.owner)));
    const twice = await app.post(
      members(),
      { email: 'Shared@Example.com', role: 'viewer' },
      as(tenant.owner),
    );
    const elsewhere = await app.post(
      `/v1/organizations/${other.id}/members`,
      { email, role: 'owner', password: 'the password of an attacker' },
      as(other.owner),
    );
    const linked = await app.post(`/v1/organizations/${other.id}/members`, { email, role: 'viewer' });

    expect([twice.status, elsewhere.status, linked.status]).toEqual([409, 409, 201]);
  });

  it('never get a role that holds more than the caller', async () => {
    await expectStatus(
      201,
      app.post(roles(), { name: 'people', permissions: ['members:manage', 'keys:manage'] }, as(tenant.owner)),
    );
    const people = await makePerson(app, tenant.id, 'people');
    const viewer = await makePerson(app, tenant.id, 'viewer');
    const attempts = await Promise.all([
      app.post(members(), { email: 'new@example.com', role: 'owner' }, as(people)),
      app.post(members(), { email: 'new@example.com', role: 'admin' }, as(tenant.owner)),
      app.request('PATCH', members(`/${people.userId}`), { ...as(people), body: { role: 'owner' } }),
      app.request('PATCH', members(`/${viewer.userId}`), { ...as(people), body: { status: 'suspended' } }),
      app.request('DELETE', members(`/${tenant.owner.userId}`), as(people)),
      app.post(roles(), { name: 'more', permissions: ['audit:read'] }, as(people)),
      app.request('PUT', roles('/people'), { ...as(people), body: { permissions: ['audit:read'] } }),
      app.post(roles(), { name: 'root', permissions: ['system:admin'] }, as(tenant.owner)),
      app.post('/v1/api-keys', { name: 'x', permissions: ['audit:read'] }, as(people)),
    ]);

    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 403));
    expect(new Set(attempts.map(({ error }) => error.code))).toEqual(new Set(['missing_permission']));
  });

  it('keep at least one owner', async () => {
    const lonely = await makeTenant(app);
    const path = `/v1/organizations/${lonely.id}/members/${lonely.owner.userId}`;
    const attempts = await Promise.all([
      app.request('DELETE', path),
      app.request('PATCH', path, { body: { role: 'viewer' } }),
      app.request('PATCH', path, { body: { status: 'suspended' } }),
    ]);
    const second = await makePerson(app, lonely.id, 'owner');
    const both = await Promise.all([
      app.request('DELETE', path),
      app.request('DELETE', `/v1/organizations/${lonely.id}/members/${second.userId}`),
    ]);

    expect(attempts.map(({ status }) => status)).toEqual([409, 409, 409]);
    expect(attempts[0].error.code).toBe('last_owner');
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('lose at once what their role loses', async () => {
    await expectStatus(
      201,
      app.post(roles(), { name: 'reader', permissions: ['models:read'] }, as(tenant.owner)),
    );
    const reader = await makePerson(app, tenant.id, 'reader');
    expect((await app.get('/v1/models', as(reader))).status).toBe(200);

    await expectStatus(
      200,
      app.request('PUT', roles('/reader'), { ...as(tenant.owner), body: { permissions: [] } }),
    );
    const refused = await app.get('/v1/models', as(reader));
    const inUse = await app.request('DELETE', roles('/reader'), as(tenant.owner));

    expect(refused.status).toBe(403);
    expect(inUse.status).toBe(409);
  });

  it('are refused at once when suspended, in this organization', async () => {
    const person = await makePerson(app, tenant.id, 'developer');
    expect((await app.get('/v1/models', as(person))).status).toBe(200);
    await app.request('PATCH', members(`/${person.userId}`), {
      ...as(tenant.owner),
      body: { status: 'suspended' },
    });

    expect((await app.get('/v1/models', as(person))).error.code).toBe('account_suspended');
  });

  it('lose their keys for good when they are removed', async () => {
    const person = await makePerson(app, tenant.id, 'developer');
    expect((await app.get('/v1/models', as(person))).status).toBe(200);
    const { email } = (await app.get(members(`/${person.userId}`), as(tenant.owner))).body;
    await expectStatus(204, app.request('DELETE', members(`/${person.userId}`), as(tenant.owner)));
    const gone = await app.get('/v1/models', as(person));
    const again = await app.post(members(), { email, role: 'developer' }, as(tenant.owner));
    const still = await app.get('/v1/models', as(person));

    expect([gone.status, again.status, still.status]).toEqual([401, 201, 401]);
    expect(again.body['user_id']).toBe(person.userId);
  });

  it('that come with a static key are changed in the configuration only', async () => {
    const all = (await app.get('/v1/organizations?limit=200')).body['data'] as { id: string; slug: string }[];
    const home = all.find(({ slug }) => slug === 'default')?.id ?? '';
    const people = (await app.get(`/v1/organizations/${home}/members?limit=200`)).body['data'] as {
      user_id: string;
    }[];
    const fixed = people.find(({ user_id: id }) => id.startsWith('usr_static_'))?.user_id ?? '';
    const answer = await app.request('DELETE', `/v1/organizations/${home}/members/${fixed}`);

    expect(answer.error.code).toBe('configured_elsewhere');
  });

  it('count against the plan, projects and users alike', async () => {
    const small = await makeTenant(app, { plan: 'free', limits: { max_users: 2 } });
    await makePerson(app, small.id, 'viewer');
    const third = await app.post(`/v1/organizations/${small.id}/members`, {
      email: 'third@example.com',
      role: 'viewer',
    });
    const projects = await Promise.all(
      ['a', 'b', 'c'].map((name) => app.post(`/v1/organizations/${small.id}/projects`, { name })),
    );

    expect(third.error).toMatchObject({
      code: 'plan_limit_reached',
      details: { limit: 'max_users', value: 2 },
    });
    expect(projects.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });
});

describe('projects', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createApp();
    tenant = await makeTenant(app);
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  it('are made, renamed, listed and deleted by those who manage the organization', async () => {
    const base = `/v1/organizations/${tenant.id}/projects`;
    const as = { key: tenant.owner.key };
    const made = await expectStatus(201, app.post(base, { name: 'one' }, as));
    const id = String(made.body['id']);
    const taken = await app.post(base, { name: 'one' }, as);
    const renamed = await app.request('PATCH', `${base}/${id}`, { ...as, body: { name: 'uno' } });
    const listed = await app.get(base, as);
    const removed = await app.request('DELETE', `${base}/${id}`, as);

    expect(taken.status).toBe(409);
    expect(renamed.body).toMatchObject({ id, name: 'uno', status: 'active', organization_id: tenant.id });
    expect(listed.body).toMatchObject({ data: [{ id, name: 'uno' }], next_cursor: null });
    expect(removed.status).toBe(204);
    expect((await app.get(`${base}/${id}`, as)).status).toBe(404);
  });

  it('that are suspended refuse the keys bound to them, and no others', async () => {
    const base = `/v1/organizations/${tenant.id}/projects`;
    const made = await expectStatus(201, app.post(base, { name: 'bound' }, { key: tenant.owner.key }));
    const id = String(made.body['id']);
    const bound = await app.createKey({ project_id: id }, tenant.owner.key);
    const probe = (key: string) => app.get('/v1/models', { key });
    expect((await probe(bound.key)).status).toBe(200);
    await app.request('PATCH', `${base}/${id}`, { key: tenant.owner.key, body: { status: 'suspended' } });

    expect((await probe(bound.key)).error.code).toBe('account_suspended');
    expect((await probe(tenant.owner.key)).status).toBe(200);
    expect((await app.request('DELETE', `${base}/${id}`, { key: tenant.owner.key })).status).toBe(409);
  });
});

describe('plans', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  it('are data: made, changed and deleted by system administrators', async () => {
    const tenant = await makeTenant(app);
    const made = await app.request('PUT', '/v1/plans/tiny', { body: { limits: { max_users: 1 } } });
    const foreign = await app.request('PUT', '/v1/plans/tiny', {
      key: tenant.owner.key,
      body: { limits: {} },
    });
    await app.request('PATCH', `/v1/organizations/${tenant.id}`, { body: { plan: 'tiny' } });
    const inUse = await app.request('DELETE', '/v1/plans/tiny');
    const listed = await app.get('/v1/plans', { key: tenant.owner.key });

    expect(made.body).toMatchObject({ name: 'tiny', limits: { max_users: 1 } });
    expect(foreign.status).toBe(403);
    expect(inUse.status).toBe(409);
    expect((listed.body['data'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'free',
      'standard',
      'team',
      'tiny',
    ]);
  });
});

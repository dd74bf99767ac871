import { AuditLog } from '../../../src/access/audit-log';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { expectStatus, makePerson, makeTenant, type Tenant } from '../../support/tenants';

describeInBothShapes('organizations', (shape) => {
  let app: TestApp;
  let tenant: Tenant;
  let other: Tenant;

  beforeAll(async () => {
    app = await createApp({ shape });
    tenant = await makeTenant(app, { name: 'Crème & Co', time_zone: 'Europe/Berlin', plan: 'team' });
    other = await makeTenant(app);
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  const asOwner = () => ({ key: tenant.owner.key });

  it('are made by a system administrator only, with the limits of their plan', async () => {
    const refused = await app.post('/v1/organizations', { name: 'mine' }, asOwner());
    const shown = await app.get(`/v1/organizations/${tenant.id}`, asOwner());

    expect(refused.status).toBe(403);
    expect(shown.body).toMatchObject({
      id: tenant.id,
      name: 'Crème & Co',
      slug: 'creme-co',
      status: 'active',
      time_zone: 'Europe/Berlin',
      plan: 'team',
      limits: { max_users: 50, requests_per_minute: 1000 },
    });
  });

  it('come with their first owner, or not at all', async () => {
    const email = 'founder@example.com';
    const owner = { email, password: 'a long enough password' };
    const made = await expectStatus(201, app.post('/v1/organizations', { name: 'founded', owner }));
    const members = await app.get(`/v1/organizations/${String(made.body['id'])}/members`);
    const again = await app.post('/v1/organizations', { name: 'founded twice', slug: 'twice', owner });
    const all = await app.get('/v1/organizations?limit=200');

    expect(members.body['data']).toEqual([
      expect.objectContaining({ email, role: 'owner', status: 'active' }),
    ]);
    expect(again.status).toBe(409);
    expect(JSON.stringify(members.body)).not.toMatch(/password|argon2/);
    expect(all.text).not.toContain('"twice"');
  });

  it('have slugs of their own', async () => {
    const taken = await app.post('/v1/organizations', { name: 'x', slug: tenant.slug });
    const sameName = await expectStatus(201, app.post('/v1/organizations', { name: 'Crème & Co' }));

    expect(taken.status).toBe(409);
    expect(taken.error).toMatchObject({ code: 'already_exists', param: 'slug' });
    expect(sameName.body['slug']).toMatch(/^creme-co-/);
  });

  it('are listed in pages for administrators, and as the own one for everybody else', async () => {
    const seen = new Set<unknown>();
    let cursor: unknown = '';
    while (typeof cursor === 'string') {
      const page: Record<string, unknown> = (
        await app.get(`/v1/organizations?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      ).body;
      const data = page['data'] as { id: string }[];
      for (const { id } of data) {
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      cursor = page['next_cursor'];
    }
    const own = await app.get('/v1/organizations', asOwner());

    expect(seen).toContain(tenant.id);
    expect(seen).toContain(other.id);
    expect((own.body['data'] as { id: string }[]).map(({ id }) => id)).toEqual([tenant.id]);
  });

  it('answer 404 for another tenant’s id as for an unknown one', async () => {
    for (const id of [other.id, 'org_00000000000000000000000000', 'x', '%00', "' OR 1=1", '__proto__']) {
      for (const path of ['', '/projects', '/members', '/roles']) {
        const answer = await app.get(`/v1/organizations/${encodeURIComponent(id)}${path}`, asOwner());
        expect([path, answer.status]).toEqual([path, 404]);
      }
    }
  });

  it('let owners change name and time zone, but not status, plan or limits', async () => {
    const changed = await app.request('PATCH', `/v1/organizations/${tenant.id}`, {
      ...asOwner(),
      body: { name: 'Renamed', time_zone: 'Asia/Tokyo' },
    });
    const refused = await Promise.all(
      [{ status: 'suspended' }, { plan: 'standard' }, { limits: {} }].map((body) =>
        app.request('PATCH', `/v1/organizations/${tenant.id}`, { ...asOwner(), body }),
      ),
    );

    expect(changed.body).toMatchObject({ name: 'Renamed', time_zone: 'Asia/Tokyo', plan: 'team' });
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it('refuse unknown fields, unknown plans and impossible values', async () => {
    const bodies = [
      { name: 'x', id: 'org_mine' },
      { name: 'x', status: 'active' },
      { name: 'x', plan: 'nonexistent' },
      { name: 'x', time_zone: 'Mars/Base' },
      { name: '' },
      { name: 'line\nbreak' },
      { name: 'x', slug: 'org_x' },
      { name: 'x', limits: { max_users: -1 } },
      { name: 'x', limits: { requests_per_minute: 1.5 } },
      { name: 'x', limits: { other: 1 } },
    ];
    const answers = await Promise.all(bodies.map((body) => app.post('/v1/organizations', body)));

    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 400));
  });

  it('are refused everything while suspended, keys and all, and work again afterwards', async () => {
    const suspended = await makeTenant(app);
    const developer = await makePerson(app, suspended.id, 'developer');
    const probe = () => app.get('/v1/models', { key: developer.key });
    expect((await probe()).status).toBe(200);

    await expectStatus(
      200,
      app.request('PATCH', `/v1/organizations/${suspended.id}`, { body: { status: 'suspended' } }),
    );
    const refused = await probe();
    await app.request('PATCH', `/v1/organizations/${suspended.id}`, { body: { status: 'active' } });

    expect(refused.status).toBe(403);
    expect(refused.error.code).toBe('account_suspended');
    expect((await probe()).status).toBe(200);
  });

  it('cannot be suspended by somebody who belongs to them', async () => {
    const [own] = (await app.get('/v1/organizations?limit=200')).body['data'] as { id: string }[];
    const all = (await app.get('/v1/organizations?limit=200')).body['data'] as { id: string; slug: string }[];
    const mine = all.find(({ slug }) => slug === 'default') ?? own;
    const answer = await app.request('PATCH', `/v1/organizations/${String(mine?.id)}`, {
      body: { status: 'suspended' },
    });

    expect(answer.status).toBe(409);
    expect(answer.error.code).toBe('own_organization');
  });

  it('leave what was before and after in the audit trail', async () => {
    const record = jest.spyOn(app.app.get(AuditLog), 'record');
    await app.request('PATCH', `/v1/organizations/${other.id}`, { body: { plan: 'team' } });

    expect(record).toHaveBeenCalledWith(
      expect.objectContaining({
        organizationId: other.id,
        action: 'organization.update',
        outcome: 'success',
        before: expect.objectContaining({ plan: 'standard' }),
        after: expect.objectContaining({ plan: 'team' }),
        actor: expect.objectContaining({ kind: 'api_key' }),
        requestId: expect.stringMatching(/^req_/),
      }),
    );
    record.mockRestore();
  });
});

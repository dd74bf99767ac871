import { createApp, type TestApp } from '../../support/create-app';
import { fillPath, protectedRoutes } from '../../support/route-list';
import { expectStatus, makePerson, makeTenant, type Tenant } from '../../support/tenants';

interface Probe {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Valid bodies by route, so that the answer is about the id and not about the form. */
const BODIES: Readonly<Record<string, unknown>> = {
  'PATCH /v1/organizations/:organization_id': { name: 'taken over' },
  'POST /v1/organizations/:organization_id/projects': { name: 'x' },
  'PATCH /v1/organizations/:organization_id/projects/:project_id': { name: 'taken over' },
  'POST /v1/organizations/:organization_id/members': { email: 'intruder@example.com', role: 'viewer' },
  'PATCH /v1/organizations/:organization_id/members/:user_id': { role: 'viewer' },
  'POST /v1/organizations/:organization_id/roles': { name: 'x', permissions: [] },
  'PUT /v1/organizations/:organization_id/roles/:name': { permissions: [] },
  'PATCH /v1/api-keys/:id': { name: 'taken over' },
  'POST /v1/api-keys/:id/rotate': {},
  'PUT /v1/analytics/budgets/:id': { budget_limit: 1 },
};

describe('ids of another tenant', () => {
  let app: TestApp;
  let mine: Tenant;
  let theirs: Tenant;
  /** One foreign object for every kind of id, by parameter and by the path it stands in. */
  let foreign: (path: string, parameter: string) => string | undefined;
  let own: (parameter: string) => string | undefined;

  beforeAll(async () => {
    app = await createApp();
    [mine, theirs] = [await makeTenant(app), await makeTenant(app)];
    const objectsOf = async (tenant: Tenant): Promise<Readonly<Record<string, string>>> => {
      const as = { key: tenant.owner.key };
      const base = `/v1/organizations/${tenant.id}`;
      const project = await expectStatus(201, app.post(`${base}/projects`, { name: 'one' }, as));
      await expectStatus(
        201,
        app.post(`${base}/roles`, { name: `role-of-${tenant.slug}`, permissions: [] }, as),
      );
      const person = await makePerson(app, tenant.id, 'developer');
      const budget = await expectStatus(
        201,
        app.post(
          '/v1/analytics/budgets',
          { budget_type: 'daily', budget_limit: 5, scope: { level: 'organization', id: tenant.id } },
          as,
        ),
      );
      const { budget: made } = budget.body as { budget: { id: string } };
      return {
        organization_id: tenant.id,
        project_id: String(project.body['id']),
        user_id: person.userId,
        name: `role-of-${tenant.slug}`,
        key: person.keyId,
        budget: made.id,
      };
    };
    const [ofMine, ofTheirs] = [await objectsOf(mine), await objectsOf(theirs)];
    own = (parameter) => ofMine[parameter];
    foreign = (path, parameter) => {
      if (path.startsWith('/v1/api-keys/')) return ofTheirs['key'];
      if (path.startsWith('/v1/analytics/budgets/')) return ofTheirs['budget'];
      return path.startsWith('/v1/organizations/') ? ofTheirs[parameter] : undefined;
    };
  }, 120_000);
  afterAll(() => app.stop(), 60_000);

  /** Every way to put foreign ids into a path: all of them, and each alone beside own ones. */
  function probesOf(method: string, path: string): readonly Probe[] {
    const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
    const fill = (isForeign: (parameter: string) => boolean): string =>
      fillPath(path, (parameter) => {
        const id = isForeign(parameter) ? foreign(path, parameter) : own(parameter);
        return id ?? 'unknown_00000000000000000000000000';
      });
    const paths = new Set([
      fill(() => true),
      ...parameters.map((one) => fill((parameter) => parameter === one)),
    ]);
    return [...paths].map((filled) => ({ method, path: filled, body: BODIES[`${method} ${path}`] }));
  }

  it('answer 404 in the path of every route, to an owner of another tenant', async () => {
    const problems: string[] = [];
    let count = 0;
    for (const { method, paths, permissions } of protectedRoutes(app)) {
      for (const path of paths.filter((candidate) => candidate.includes(':'))) {
        if (permissions?.every((permission) => permission === 'system:admin') === true) continue;
        for (const probe of probesOf(method, path)) {
          const hasBody = method !== 'GET' && method !== 'DELETE';
          const answer = await app.request(method, probe.path, {
            key: mine.owner.key,
            ...(hasBody && { body: probe.body ?? {} }),
          });
          count += 1;
          // Without a body that is known to be valid the form may be refused first.
          const isFine =
            answer.status === 404 || (hasBody && probe.body === undefined && answer.status === 400);
          if (!isFine)
            problems.push(`${method} ${probe.path}: ${answer.status} ${answer.text.slice(0, 200)}`);
        }
      }
    }
    process.stderr.write(`${count} probes with ids of another tenant\n`);

    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(20);
  }, 120_000);

  it('answer 404 in bodies and queries too, and name nothing', async () => {
    const as = { key: mine.owner.key };
    const [project, user, key] = ['project_id', 'user_id', 'key'].map(
      (name) => foreign(name === 'key' ? '/v1/api-keys/' : '/v1/organizations/', name) ?? '',
    );
    const answers = await Promise.all([
      app.post('/v1/api-keys', { name: 'x', organization_id: theirs.id }, as),
      app.post('/v1/api-keys', { name: 'x', project_id: project }, as),
      app.post('/v1/api-keys', { name: 'x', user_id: user }, as),
      ...[
        { level: 'organization', id: theirs.id },
        { level: 'project', id: project },
        { level: 'user', id: user },
        { level: 'api_key', id: key },
      ].map((scope) =>
        app.post('/v1/analytics/budgets', { budget_type: 'daily', budget_limit: 1, scope }, as),
      ),
    ]);

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(answers.map(({ text }) => text).join()).not.toContain(theirs.slug);
  });

  it('leave the other tenant as it was', async () => {
    const organization = await app.get(`/v1/organizations/${theirs.id}`);
    const members = await app.get(`/v1/organizations/${theirs.id}/members`);

    expect(organization.text).not.toContain('taken over');
    expect(members.text).not.toContain('intruder');
    expect((await app.get('/v1/models', { key: theirs.owner.key })).status).toBe(200);
  });
});

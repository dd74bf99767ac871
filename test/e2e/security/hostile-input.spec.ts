import { createApp, type TestApp } from '../../support/create-app';
import { fillPath } from '../../support/route-list';
import { makeTenant, type Tenant } from '../../support/tenants';

const POLLUTIONS = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"name":"x","limits":{"__proto__":{"polluted":true}}}',
  '{"name":"x","__proto__":{"is_admin":true,"permissions":["system:admin"]}}',
  '{"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":true}}',
  '{"prototype":{"polluted":true}}',
];

/** What no client may set; sent beside a body that would be accepted. */
const FORBIDDEN = {
  id: 'org_chosen',
  organization_id: 'org_chosen_by_client',
  owner_id: 'usr_x',
  status: 'active',
  slug: 'x',
  role: 'admin',
  kind: 'static',
  hash: 'x',
  prefix: 'mm_x',
  password_hash: 'x',
  is_admin: true,
  created_at: '2000-01-01T00:00:00Z',
  revoked_at: null,
  plan: 'enterprise',
  permissions: ['system:admin'],
};

describe('hostile input', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createApp();
    tenant = await makeTenant(app);
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  const as = () => ({ key: tenant.owner.key });

  /** Routes that take a management body, from the API description of the running service. */
  async function bodyRoutes(): Promise<readonly { method: string; path: string }[]> {
    const { body } = await app.get('/openapi.json');
    const paths = body['paths'] as Record<string, Record<string, { requestBody?: unknown; tags?: string[] }>>;
    return Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) => operation.requestBody !== undefined)
        .map(([method]) => ({
          method: method.toUpperCase(),
          path: path.replaceAll('{', ':').replaceAll('}', ''),
        })),
    );
  }

  it('mass assignment: fields a client may not set are refused, one by one', async () => {
    const valid: readonly (readonly [string, string, Record<string, unknown>])[] = [
      ['POST', `/v1/organizations/${tenant.id}/projects`, { name: 'p' }],
      ['POST', `/v1/organizations/${tenant.id}/members`, { email: 'm@example.com', role: 'viewer' }],
      ['POST', `/v1/organizations/${tenant.id}/roles`, { name: 'r', permissions: [] }],
      ['PATCH', `/v1/organizations/${tenant.id}`, { name: 'n' }],
      ['POST', '/v1/api-keys', { name: 'k' }],
      ['PATCH', `/v1/api-keys/${tenant.owner.keyId}`, { name: 'k' }],
      ['POST', '/v1/analytics/budgets', { budget_type: 'daily', budget_limit: 1 }],
    ];
    const accepted: string[] = [];
    for (const [method, path, body] of valid) {
      for (const [field, value] of Object.entries(FORBIDDEN)) {
        if (field in body) continue;
        const answer = await app.request(method, path, { ...as(), body: { ...body, [field]: value } });
        if (answer.status < 400) accepted.push(`${method} ${path} took ${field}`);
        if (answer.status >= 500) accepted.push(`${method} ${path} with ${field}: ${answer.status}`);
      }
    }

    expect(accepted).toEqual([]);
  }, 60_000);

  it('prototype pollution: no body of any route reaches Object.prototype or is answered with a 5xx', async () => {
    const problems: string[] = [];
    for (const { method, path } of await bodyRoutes()) {
      for (const body of POLLUTIONS) {
        const answer = await app.request(
          method,
          fillPath(path, () => 'xxx_1'),
          { ...as(), body },
        );
        if (answer.status < 400 || answer.status >= 500)
          problems.push(`${method} ${path} ${body}: ${answer.status}`);
      }
    }

    expect(problems).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['is_admin']).toBeUndefined();
  }, 120_000);

  it('header injection: nothing a client sends becomes a header of the answer', async () => {
    const value = 'x%0d%0aSet-Cookie:%20stolen=1';
    const answers = await Promise.all([
      app.get('/v1/models', { ...as(), headers: { 'x-request-id': value } }),
      app.get(`/v1/api-keys/${value}`, as()),
      app.get(`/v1/api-keys?cursor=${value}`, as()),
      app.get(`/${value}`, as()),
      app.post(`/v1/organizations/${tenant.id}/projects`, { name: 'x\r\nSet-Cookie: stolen=1' }, as()),
      app.post('/v1/api-keys', { name: 'x\u2028y\r\nz' }, as()),
    ]);

    for (const { headers } of answers) {
      expect(headers.get('set-cookie')).toBeNull();
      for (const [, text] of headers) expect(text).not.toMatch(/[\r\n]/);
    }
    expect(answers.slice(4).map(({ status }) => status)).toEqual([400, 400]);
  });

  it('log injection: every line of the log stays one JSON object without control characters', async () => {
    const forged = '{"level":"info","msg":"admin logged in"}';
    const escape = '\u001b[2J';
    await app.get(`/v1/models?x=%0a${encodeURIComponent(forged)}`, as());
    await app.get(`/%0a%0d${encodeURIComponent(forged)}${encodeURIComponent(escape)}`, as());
    await app.get('/v1/models', {
      ...as(),
      headers: { 'user-agent': `a ${forged}`, 'x-request-id': forged },
    });
    await app.get('/v1/models', { key: `mm_${forged.replaceAll(' ', '')}` });
    await app.request('POST', '/v1/api-keys', { ...as(), body: `{"name":"\n${forged}` });

    const lines = app
      .logText()
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      expect(typeof entry).toBe('object');
      expect(entry['msg']).not.toBe('admin logged in');
      expect(line).not.toMatch(/\p{Cc}/u);
    }
    expect(lines.length).toBeGreaterThan(3);
  });
});

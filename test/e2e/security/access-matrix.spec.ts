import { writeFileSync } from 'node:fs';
import { ROLE_PERMISSIONS, ROLES } from '../../../src/access/permissions';
import { createApp, type TestApp } from '../../support/create-app';
import { fillPath, isPublicByList, protectedRoutes, servedRoutes } from '../../support/route-list';
import { expectStatus, makePerson, makeTenant } from '../../support/tenants';

/** Where `npm run test:security` reads the table from. */
const TABLE_FILE = process.env['TEST_SECURITY_TABLE'];
const UNKNOWN_ID = 'xxx_00000000000000000000000000';

describe('who may do what', () => {
  let app: TestApp;
  /** By role; `nothing` is a custom role without permissions. */
  const keys = new Map<string, string>();

  beforeAll(async () => {
    app = await createApp();
    const tenant = await makeTenant(app);
    await expectStatus(
      201,
      app.post(`/v1/organizations/${tenant.id}/roles`, { name: 'nothing', permissions: [] }),
    );
    for (const role of ['owner', 'developer', 'viewer', 'auditor', 'nothing'])
      keys.set(role, (await makePerson(app, tenant.id, role)).key);
    keys.set('admin', app.adminKey);
  }, 120_000);
  afterAll(() => app.stop(), 60_000);

  it('every route of the server is public by list, or asks who is there and names what it needs', async () => {
    const listed = new Map<string, readonly string[] | undefined>(
      protectedRoutes(app).flatMap(({ method, paths, permissions }) =>
        paths.map((path) => [`${method} ${path}`, permissions] as const),
      ),
    );
    const served = servedRoutes(app);
    const problems: string[] = [];
    for (const { method, path } of served) {
      const name = `${method} ${path}`;
      const permissions = listed.get(name);
      const isPublic = isPublicByList(name);
      if (isPublic) {
        if (permissions !== undefined && permissions.length > 0)
          problems.push(`${name} is guarded but listed as public`);
        continue;
      }
      if (permissions === undefined || permissions.length === 0)
        problems.push(`${name} is open but not listed as public`);
      const answer = await app.request(
        method,
        fillPath(path, () => UNKNOWN_ID),
        {
          headers: { authorization: '' },
        },
      );
      if (answer.status !== 401) problems.push(`${name} answers ${answer.status} without a credential`);
    }

    expect(problems).toEqual([]);
    expect(served.length).toBeGreaterThan(30);
    for (const name of listed.keys())
      expect(served.map(({ method, path }) => `${method} ${path}`)).toContain(name);
  });

  it('every role gets exactly what its permissions allow, on every route', async () => {
    const roles = [...ROLES, 'nothing'] as const;
    const rows: string[][] = [['route', 'needs any of', ...roles]];
    const problems: string[] = [];
    for (const { method, paths, permissions } of protectedRoutes(app)) {
      if (permissions === undefined || permissions.length === 0) continue;
      for (const path of paths) {
        const cells: string[] = [];
        for (const role of roles) {
          const held: readonly string[] = role === 'nothing' ? [] : ROLE_PERMISSIONS[role];
          const mayPass = permissions.some((permission) => held.includes(permission));
          const answer = await app.request(
            method,
            fillPath(path, () => UNKNOWN_ID),
            {
              key: keys.get(role),
              ...(method !== 'GET' && { body: { field_that_no_route_knows: true } }),
            },
          );
          const isRefused = answer.status === 403 && answer.text.includes('missing_permission');
          if (mayPass === isRefused || answer.status >= 500)
            problems.push(`${method} ${path} as ${role}: ${answer.status} ${answer.text.slice(0, 200)}`);
          cells.push(isRefused ? '-' : `${answer.status}`);
        }
        const needs = permissions.length > 8 ? 'any' : permissions.join(' ');
        rows.push([`${method} ${path}`, needs, ...cells]);
      }
    }
    if (TABLE_FILE !== undefined) writeFileSync(TABLE_FILE, JSON.stringify(rows));

    expect(problems).toEqual([]);
  }, 120_000);
});

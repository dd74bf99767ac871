import { DataSource } from 'typeorm';
import { ProjectRepository } from '../../../src/tenancy/project.repository';
import { createApp, type TestApp } from '../../support/create-app';
import { describeWithPostgres, describeWithRedis } from '../../support/services';
import { makeTenant, type Tenant } from '../../support/tenants';

describeWithPostgres('a management route whose query forgets the tenant', () => {
  describeWithRedis('in the services shape', () => {
    let app: TestApp;
    let tenants: readonly Tenant[];

    beforeAll(async () => {
      app = await createApp({ shape: 'services', settings: { DATABASE_ROW_SECURITY: 'required' } });
      tenants = [await makeTenant(app), await makeTenant(app)];
      for (const tenant of tenants)
        await app.post(`/v1/organizations/${tenant.id}/projects`, { name: 'one' }, { key: tenant.owner.key });
    }, 90_000);
    afterAll(() => app.stop(), 60_000);

    it('shows the caller’s own rows and no others, but all of them to a system administrator', async () => {
      const forgetful = jest
        .spyOn(app.app.get(ProjectRepository, { strict: false }), 'list')
        .mockImplementation(() =>
          app.app
            .get(DataSource)
            .query(
              `SELECT id, organization_id AS "organizationId", name, status, created_at AS "createdAt" FROM project`,
            ),
        );
      const owners = await Promise.all(
        tenants.map((tenant) =>
          app.get(`/v1/organizations/${tenant.id}/projects`, { key: tenant.owner.key }),
        ),
      );
      const administrator = await app.get(`/v1/organizations/${tenants[0]?.id ?? ''}/projects`);
      forgetful.mockRestore();
      const organizationsIn = (body: Record<string, unknown>): readonly string[] =>
        (body['data'] as { organization_id: string }[]).map((row) => row.organization_id);

      for (const [index, answer] of owners.entries())
        expect(organizationsIn(answer.body)).toEqual([tenants[index]?.id]);
      expect(organizationsIn(administrator.body).length).toBeGreaterThanOrEqual(2);
    });
  });
});

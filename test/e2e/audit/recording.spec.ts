import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../../../src/access/audit-log';
import { auditEvent } from '../../support/audit-kit';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';

describeInBothShapes('an audit event', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 90_000);
  afterAll(() => app.stop());

  it('is in the trail, through outbox, queue and worker, once it is recorded', async () => {
    const action = 'test.record';
    await app.app.get(AuditLog).record(auditEvent({ action }));
    await app.settled();

    const rows = await app.app
      .get<DataSource>(getDataSourceToken())
      .query<Record<string, unknown>[]>('SELECT * FROM audit_event WHERE action = $1', [action]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ organization_id: 'org_1', outcome: 'success', address: '203.0.113.7' });
  });
});

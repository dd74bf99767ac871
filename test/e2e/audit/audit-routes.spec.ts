import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditLog, type AuditEvent } from '../../../src/access/audit-log';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { auditEvent } from '../../support/audit-kit';
import { eventually } from '../../support/eventually';

/** The embedded database takes its time on a busy machine. */
const START_LIMIT_MS = 90_000;

interface Page {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
}

describeInBothShapes('the audit routes', (shape) => {
  let app: TestApp;
  let organizationId: string;
  let auditorKey: string;

  beforeAll(async () => {
    app = await createApp({ shape, settings: { AUDIT_SIGNING_KEY: 'k'.repeat(40) } });
    const organizations = await sql(`SELECT id FROM organization WHERE slug = 'default'`);
    organizationId = String(organizations[0]?.['id']);
    ({ key: auditorKey } = await app.createKey({ permissions: ['audit:read'] }));
    // At the same moment, so that one job carries them and their order is certain.
    await Promise.all(
      [0, 1, 2, 3, 4].map((n) => record({ action: `test.${n % 2 === 0 ? 'even' : 'odd'}`, details: { n } })),
    );
    await record({ organizationId: 'org_elsewhere', action: 'test.even' });
    await app.settled();
  }, START_LIMIT_MS);
  afterAll(() => app.stop());

  const sql = (text: string, values: unknown[] = []) =>
    app.app.get<DataSource>(getDataSourceToken()).query<Record<string, unknown>[]>(text, values);

  async function record(changes: Partial<AuditEvent>): Promise<void> {
    await app.app.get(AuditLog).record(auditEvent({ organizationId, ...changes }));
  }

  async function pageOf(query: string, key = auditorKey): Promise<Page> {
    const answer = await app.get(`/v1/audit/events?${query}`, { key });
    expect(answer.status).toBe(200);
    return answer.body as unknown as Page;
  }

  it('show the own trail, newest first, filtered and page by page', async () => {
    const first = await pageOf('action=test.*&limit=2');
    const second = await pageOf(`action=test.*&limit=2&cursor=${first.next_cursor}`);
    const third = await pageOf(`action=test.*&limit=2&cursor=${second.next_cursor}`);

    const numbers = [first, second, third].flatMap((page) => page.data.map((event) => event['details']));
    expect(numbers).toEqual([4, 3, 2, 1, 0].map((n) => ({ n })));
    expect(third.next_cursor).toBeNull();
    expect((await pageOf('action=test.odd')).data).toHaveLength(2);
    expect((await pageOf('action=test.odd&outcome=denied')).data).toHaveLength(0);
    expect((await pageOf('action=test.odd&from=2999-01-01')).data).toHaveLength(0);
    expect((await pageOf('action=test.odd&to=2999-01-01T00:00:00Z&request_id=req_1')).data).toHaveLength(2);
  });

  it('find a user by id and show it beside the pseudonym', async () => {
    const userId = 'usr_00000000000000000000000001';
    const { data } = await pageOf(`user_id=${userId}&action=test.*`);

    expect(data).toHaveLength(5);
    expect(data[0]?.['actor']).toMatchObject({ user_id: userId, subject: expect.stringMatching(/^sub_/) });
    expect((await pageOf(`user_id=${(data[0]?.['actor'] as { subject: string }).subject}`)).data.length).toBe(
      5,
    );
  });

  it('refuse cursors that are not ours, unknown filters and bad dates with 400', async () => {
    for (const query of [
      'cursor=nonsense',
      'cursor=JzsgRFJPUA',
      'colour=red',
      'from=yesterday',
      'limit=0',
      'outcome=maybe',
    ])
      expect({
        query,
        status: (await app.get(`/v1/audit/events?${query}`, { key: auditorKey })).status,
      }).toEqual({
        query,
        status: 400,
      });
  });

  it('need audit:read, and show another organization to system administrators only', async () => {
    const developer = app.newUser();
    for (const path of ['events', 'verify', 'checkpoints']) {
      expect((await app.get(`/v1/audit/${path}`, { key: developer })).status).toBe(403);
      const foreign = `/v1/audit/${path}?organization_id=org_elsewhere`;
      expect((await app.get(foreign, { key: auditorKey })).status).toBe(404);
      expect((await app.get(foreign)).status).toBe(200);
    }
    expect((await pageOf('organization_id=org_elsewhere', app.adminKey)).data).toHaveLength(1);
  });

  it('sign a checkpoint on demand, list it, and check the trail against it', async () => {
    expect((await app.post('/v1/audit/checkpoints', {}, { key: auditorKey })).status).toBe(403);
    const made = await app.post('/v1/audit/checkpoints', {});
    expect(made.status).toBe(201);

    const listed = await app.get('/v1/audit/checkpoints?limit=1000', { key: auditorKey });
    expect(listed.body['data']).toContainEqual(made.body);
    const report = await app.get('/v1/audit/verify', { key: auditorKey });
    expect(report.body).toMatchObject({ intact: true, problem: null });
    expect(Number(report.body['checkpoints'])).toBeGreaterThanOrEqual(1);
    await eventually(async () => {
      await app.settled();
      expect((await pageOf('action=audit.checkpoint')).data.length).toBe(1);
    });
  });

  it('name the first bad event after the database was tampered with', async () => {
    const [row] = await sql(
      `SELECT sequence::text AS sequence, event_id FROM audit_event WHERE organization_id = $1 AND action = 'test.odd' ORDER BY sequence LIMIT 1`,
      [organizationId],
    );
    await sql(`UPDATE audit_event SET outcome = 'denied' WHERE event_id = $1`, [row?.['event_id']]);

    const report = await app.get('/v1/audit/verify', { key: auditorKey });

    expect(report.body).toMatchObject({ intact: false, problem: { kind: 'edited', ...row } });
  });
});

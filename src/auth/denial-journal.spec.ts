import { AuditLog, type AuditEvent } from '../access/audit-log';
import type { GatewayRequest } from '../access/gateway-request';
import { DenialJournal } from './denial-journal';

class KeptAuditLog extends AuditLog {
  readonly events: AuditEvent[] = [];

  record(event: AuditEvent): Promise<void> {
    this.events.push(event);
    return Promise.resolve();
  }
}

const request = (apiKeyId: string): GatewayRequest =>
  ({
    method: 'DELETE',
    ip: '203.0.113.7',
    route: { path: '/v1/api-keys/:id' },
    state: { requestId: 'req_1', caller: { organizationId: 'org_1', userId: 'usr_1', apiKeyId } },
  }) as unknown as GatewayRequest;

describe('denied permissions', () => {
  it('stand in the trail at once, and what is repeated as one event with a count', async () => {
    const audit = new KeptAuditLog();
    const journal = new DenialJournal(audit);
    for (let i = 0; i < 1_000; i++) journal.note(request('key_1'), ['keys:manage']);
    journal.note(request('key_2'), ['keys:manage']);
    journal.note(request('key_1'), ['org:manage']);
    const atOnce = audit.events.length;
    await journal.flush();
    await journal.flush();

    expect(atOnce).toBe(3);
    expect(audit.events).toHaveLength(4);
    expect(audit.events[0]).toEqual({
      organizationId: 'org_1',
      action: 'permission.deny',
      outcome: 'denied',
      actor: { kind: 'api_key', userId: 'usr_1', apiKeyId: 'key_1' },
      requestId: 'req_1',
      address: '203.0.113.7',
      details: { required: ['keys:manage'], method: 'DELETE', route: '/v1/api-keys/:id' },
    });
    expect(audit.events[3]?.details).toMatchObject({ required: ['keys:manage'], repeated: 999 });
  });
});

import { Logger } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../access/audit-log';
import { FakeClock } from '../../test/support/fake-clock';
import { RepeatedEvents } from './repeated-events';

class Recorded extends AuditLog {
  readonly events: AuditEvent[] = [];
  isDown = false;

  record(event: AuditEvent): Promise<void> {
    if (this.isDown) return Promise.reject(new Error('the outbox is full'));
    this.events.push(event);
    return Promise.resolve();
  }
}

const MINUTE_MS = 60_000;
const denial = (apiKeyId: string, required = 'org:manage'): AuditEvent => ({
  organizationId: 'org_1',
  action: 'permission.deny',
  outcome: 'denied',
  actor: { kind: 'api_key', apiKeyId },
  details: { required },
  requestId: `req_${Math.random()}`,
});

describe('events that may repeat without end', () => {
  let recorded: Recorded;
  let clock: FakeClock;
  let repeated: RepeatedEvents;

  beforeEach(() => {
    recorded = new Recorded();
    clock = new FakeClock();
    repeated = new RepeatedEvents(recorded, clock);
  });

  function pass(ms: number): void {
    clock.advance(ms);
    repeated.sweep();
  }

  const counts = () => recorded.events.map((event) => event.details?.['repeated']);

  it('are recorded at once the first time, and counted after that', () => {
    for (let n = 0; n < 1_000; n++) repeated.note(denial('key_1'));
    expect(recorded.events).toHaveLength(1);

    pass(MINUTE_MS);

    expect(counts()).toEqual([undefined, 999]);
    expect(recorded.events[1]).toMatchObject({
      action: 'permission.deny',
      details: { required: 'org:manage' },
    });
    expect(recorded.events[1]).not.toHaveProperty('requestId');
  });

  it('become rarer while they go on, and begin anew after a pause', () => {
    for (let minute = 0; minute < 600; minute++) {
      repeated.note(denial('key_1'));
      pass(MINUTE_MS);
    }
    expect(recorded.events.length).toBeLessThan(20);
    const total = counts().reduce<number>((sum, count) => sum + (Number(count ?? 1) || 0), 0);
    expect(total).toBeGreaterThan(530);

    pass(2 * 60 * MINUTE_MS);
    pass(2 * 60 * MINUTE_MS);
    const before = recorded.events.length;
    repeated.note(denial('key_1'));
    expect(recorded.events.length).toBe(before + 1);
  });

  it('are told apart by who did what', () => {
    for (let n = 0; n < 3; n++) {
      repeated.note(denial('key_1'));
      repeated.note(denial('key_2'));
      repeated.note(denial('key_1', 'audit:read'));
    }

    expect(recorded.events).toHaveLength(3);
  });

  it('take a bounded memory, and are still counted beyond it', async () => {
    for (let n = 0; n < 20_000; n++) repeated.note(denial(`key_${n}`));

    expect(recorded.events.length).toBe(5_001);
    await repeated.onModuleDestroy();
    expect(recorded.events.at(-1)?.details).toMatchObject({ various: true, repeated: 14_999 });
  });

  it('never fail the request that caused them', async () => {
    Logger.overrideLogger(false);
    recorded.isDown = true;

    repeated.note(denial('key_1'));
    repeated.note(denial('key_1'));
    await expect(repeated.onModuleDestroy()).resolves.toBeUndefined();
  });
});

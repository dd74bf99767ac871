import fc from 'fast-check';
import { SessionScheduler } from './session-scheduler';

const create = (): SessionScheduler<string> =>
  new SessionScheduler({ ownWaitLimitMs: 100, idleInTransactionLimitMs: 300 });

describe('session scheduler', () => {
  it('serves first come, first served', () => {
    const scheduler = create();
    for (const session of ['a', 'b', 'c']) scheduler.enqueue(session, 0);
    const served: (string | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      const session = scheduler.next();
      served.push(session);
      if (session !== undefined) scheduler.finished(session, false, 0);
      if (session === 'a' && round === 0) scheduler.enqueue('a', 0);
    }
    expect(served).toEqual(['a', 'b', 'c', 'a']);
  });

  it('gives nothing while a batch runs', () => {
    const scheduler = create();
    scheduler.enqueue('a', 0);
    scheduler.enqueue('b', 0);
    expect(scheduler.next()).toBe('a');
    expect(scheduler.next()).toBeUndefined();
  });

  it('serves only the owner of an open transaction, however long others wait', () => {
    const scheduler = create();
    scheduler.enqueue('owner', 0);
    scheduler.next();
    scheduler.finished('owner', true, 0);
    scheduler.enqueue('other', 1);
    expect(scheduler.next()).toBeUndefined();
    expect(scheduler.hasRunnable).toBe(false);
    scheduler.enqueue('owner', 2);
    expect(scheduler.next()).toBe('owner');
    scheduler.finished('owner', false, 3);
    expect(scheduler.next()).toBe('other');
  });

  it('counts only time in which the owner does nothing against a waiting session', () => {
    const scheduler = create();
    scheduler.enqueue('owner', 0);
    scheduler.next();
    scheduler.finished('owner', true, 0);
    scheduler.enqueue('other', 10);
    expect(scheduler.overdueWaiters(109)).toEqual([]);
    scheduler.enqueue('owner', 109);
    expect(scheduler.overdueWaiters(500)).toEqual([]);
    scheduler.next();
    scheduler.finished('owner', true, 500);
    expect(scheduler.overdueWaiters(599)).toEqual([]);
    expect(scheduler.overdueWaiters(600)).toEqual(['other']);
  });

  it('reports an owner that does nothing for longer than the limit, also when nobody waits', () => {
    const scheduler = create();
    scheduler.enqueue('owner', 0);
    scheduler.next();
    scheduler.finished('owner', true, 50);
    expect(scheduler.overdueOwner(349)).toBeUndefined();
    expect(scheduler.overdueOwner(350)).toBe('owner');
  });

  it('takes a waiting batch back once, and never one that ran', () => {
    const scheduler = create();
    scheduler.enqueue('a', 0);
    expect(scheduler.withdraw('a', 0)).toBe(true);
    expect(scheduler.withdraw('a', 0)).toBe(false);
    scheduler.enqueue('a', 0);
    scheduler.next();
    expect(scheduler.withdraw('a', 0)).toBe(false);
  });

  it('never runs two at a time, never lets another into an open transaction, and starves nobody', () => {
    const step = fc.record({ session: fc.nat(4), open: fc.boolean(), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const scheduler = new SessionScheduler<number>({ ownWaitLimitMs: 1, idleInTransactionLimitMs: 1 });
        const queued: number[] = [];
        let owner: number | undefined;
        for (const { session, open, leaves } of steps) {
          if (leaves) {
            if (scheduler.leave(session)) {
              expect(session).toBe(owner);
              scheduler.released();
              owner = undefined;
            }
            if (queued.includes(session)) queued.splice(queued.indexOf(session), 1);
          } else if (!queued.includes(session)) {
            scheduler.enqueue(session, 0);
            queued.push(session);
          }
          const expected = owner === undefined ? queued[0] : queued.find((candidate) => candidate === owner);
          const next = scheduler.next();
          expect(next).toBe(expected);
          if (next === undefined) continue;
          expect(scheduler.next()).toBeUndefined();
          queued.splice(queued.indexOf(next), 1);
          scheduler.finished(next, open, 0);
          owner = open ? next : undefined;
        }
      }),
    );
  });
});

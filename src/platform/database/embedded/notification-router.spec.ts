import { listenSql, NotificationRouter } from './notification-router';
import { sessionCommandsOf } from './sql-commands';
import type { TransactionStatus } from './wire-messages';

/** Runs a batch the way the server reports it: command tags, `!` for an error. */
function run(
  router: NotificationRouter<string>,
  session: string,
  batch: { sql: string; tags: string[]; status?: TransactionStatus },
): boolean {
  router.expect(session, sessionCommandsOf(batch.sql));
  for (const tag of batch.tags) {
    if (tag === '!') router.failed(session);
    else router.commandCompleted(session, tag);
  }
  return router.ready(session, batch.status ?? 'I');
}

describe('notification router', () => {
  let router: NotificationRouter<string>;
  beforeEach(() => {
    router = new NotificationRouter();
  });

  it('delivers to those who listen', () => {
    run(router, 'a', { sql: 'listen x', tags: ['LISTEN'] });
    run(router, 'b', { sql: 'listen x; listen y', tags: ['LISTEN', 'LISTEN'] });

    expect(router.listeners('x')).toEqual(['a', 'b']);
    expect(router.listeners('y')).toEqual(['b']);
  });

  it('counts a LISTEN of a transaction from COMMIT, and not after ROLLBACK', () => {
    run(router, 'a', { sql: 'begin; listen x', tags: ['BEGIN', 'LISTEN'], status: 'T' });
    expect(router.listeners('x')).toEqual([]);
    run(router, 'a', { sql: 'commit', tags: ['COMMIT'] });
    run(router, 'b', { sql: 'begin; listen x', tags: ['BEGIN', 'LISTEN'], status: 'T' });
    run(router, 'b', { sql: 'rollback', tags: ['ROLLBACK'] });

    expect(router.listeners('x')).toEqual(['a']);
  });

  it('forgets what a failed statement list did, and what it never reached', () => {
    run(router, 'a', { sql: 'listen x; select 1/0; listen y', tags: ['LISTEN', '!'] });

    expect(router.wanted().size).toBe(0);
  });

  it('keeps a LISTEN before a savepoint that is rolled back', () => {
    run(router, 'a', { sql: 'listen x', tags: ['BEGIN', 'LISTEN'], status: 'T' });
    run(router, 'a', { sql: 'select 1/0', tags: ['!'], status: 'E' });
    run(router, 'a', { sql: 'rollback to s', tags: ['ROLLBACK'], status: 'T' });
    run(router, 'a', { sql: 'commit', tags: ['COMMIT'] });

    expect(router.listeners('x')).toEqual(['a']);
  });

  it('says when the shared session may have stopped listening for others', () => {
    run(router, 'a', { sql: 'listen x', tags: ['LISTEN'] });
    run(router, 'b', { sql: 'listen x', tags: ['LISTEN'] });

    expect(run(router, 'a', { sql: 'unlisten x', tags: ['UNLISTEN'] })).toBe(true);
    expect([...router.wanted()]).toEqual(['x']);
    expect(run(router, 'a', { sql: 'select 1', tags: ['SELECT 1'] })).toBe(false);
    expect(run(router, 'a', { sql: 'discard all', tags: ['DISCARD ALL'] })).toBe(true);
  });

  it('names the channels nobody wants any more when a session leaves', () => {
    run(router, 'a', { sql: 'listen x; listen y', tags: ['LISTEN', 'LISTEN'] });
    run(router, 'b', { sql: 'listen x', tags: ['LISTEN'] });

    expect(router.leave('a')).toEqual(['y']);
    expect(router.leave('nobody')).toEqual([]);
  });

  it('quotes channel names in its own statements', () => {
    expect(listenSql('LISTEN', ['a', 'b"; drop'])).toBe('LISTEN "a"; LISTEN "b""; drop"');
  });
});

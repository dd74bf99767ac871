import { PreparedStatements, unnamedAfter } from './prepared-statements';
import { closeStatement, query, syncMessage } from './wire-messages';
import { frame } from './wire-protocol';

const parse = (name: string, sql: string): Buffer =>
  frame('P', Buffer.concat([Buffer.from(`${name}\0${sql}\0`), Buffer.alloc(2)]));
const bind = (name: string): Buffer =>
  frame('B', Buffer.concat([Buffer.from(`\0${name}\0`), Buffer.alloc(6)]));

describe('prepared statements of a client', () => {
  it('get its prefix wherever a message names one, and nothing else changes', () => {
    const statements = new PreparedStatements('c7_');
    const describe = frame('D', Buffer.from('Sname\0'));
    const portal = frame('D', Buffer.from('Pname\0'));

    const { frames } = statements.prepare(
      [parse('name', 'select 1'), bind('name'), describe, portal, closeStatement('name'), syncMessage],
      true,
    );

    expect(frames).toEqual([
      parse('c7_name', 'select 1'),
      bind('c7_name'),
      frame('D', Buffer.from('Sc7_name\0')),
      portal,
      closeStatement('c7_name'),
      syncMessage,
    ]);
  });

  it('are closed when it leaves, except those it closed itself', () => {
    const statements = new PreparedStatements('c7_');
    statements.prepare([parse('a', ''), parse('b', ''), closeStatement('a')], true);

    expect(statements.closeAll()).toEqual([closeStatement('c7_b')]);
  });

  it('repeat the unnamed Parse when another client used the place in between', () => {
    const statements = new PreparedStatements('c7_');
    statements.prepare([parse('', 'select 1'), syncMessage], false);

    expect(statements.prepare([bind(''), syncMessage], false)).toMatchObject({
      frames: [parse('', 'select 1'), bind(''), syncMessage],
      hiddenAnswers: 1,
    });
    expect(statements.prepare([bind(''), syncMessage], true).hiddenAnswers).toBe(0);
    expect(statements.prepare([parse('', 'select 2'), bind('')], false).hiddenAnswers).toBe(0);
  });

  it('have no unnamed one after a simple query, so that another client’s is closed first', () => {
    const statements = new PreparedStatements('c7_');
    statements.prepare([parse('', 'select 1'), syncMessage], false);
    statements.prepare([query('select 2')], true);

    expect(statements.prepare([bind('')], false).frames).toEqual([closeStatement(''), bind('')]);
  });

  it('report LISTEN when it is bound, also of a named statement parsed long before', () => {
    const statements = new PreparedStatements('c7_');
    expect(statements.prepare([parse('l', 'listen x'), syncMessage], true).commands).toEqual([]);
    expect(statements.prepare([bind('l'), syncMessage], true).commands).toEqual([
      { kind: 'listen', channel: 'x' },
    ]);
    expect(statements.prepare([query('listen y')], true).commands).toEqual([
      { kind: 'listen', channel: 'y' },
    ]);
  });

  it('tell whose statement is in the unnamed place after a batch', () => {
    expect(unnamedAfter([parse('', ''), syncMessage])).toBe('mine');
    expect(unnamedAfter([query('')])).toBe('none');
    expect(unnamedAfter([parse('named', ''), syncMessage])).toBe('unchanged');
  });
});

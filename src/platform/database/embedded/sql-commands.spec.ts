import fc from 'fast-check';
import { sessionCommandsOf } from './sql-commands';

const channels = (sql: string): string[] =>
  sessionCommandsOf(sql).map((command) =>
    'channel' in command ? `${command.kind} ${command.channel}` : command.kind,
  );

describe('session commands in SQL', () => {
  it.each([
    ['listen a', ['listen a']],
    ['  LISTEN\n"A b""c"  ;', ['listen A b"c']],
    ['Listen MixedCase', ['listen mixedcase']],
    ['-- listen x\nlisten y', ['listen y']],
    ['/* a /* nested */ listen x */ listen y', ['listen y']],
    ["select 'listen x; listen y'; listen z", ['listen z']],
    ["select E'it\\'s; listen x'; listen z", ['listen z']],
    ["select e'\\\\'; listen z", ['listen z']],
    ["select 'it''s; listen x'; unlisten z", ['unlisten z']],
    ['do $$ begin; listen x; end $$; listen z', ['listen z']],
    ['do $body$ $$ listen x; $$ $body$; listen z', ['listen z']],
    ['select "listen"; unlisten *', ['unlisten_all']],
    ['discard all', ['unlisten_all']],
    ['discard temp', []],
    ['select listen from listen', []],
    ['select $1; listen b', ['listen b']],
    ['copy t (a, b) from stdin with (format csv)', ['copy_from_client']],
    ['COPY "from" FROM /* x */ STDIN', ['copy_from_client']],
    ['copy t to stdout', []],
    ["copy t from '/stdin'", []],
    ["listen a; select 'unterminated", ['listen a']],
    ['listen a /* unterminated', ['listen a']],
    ['listen ärger', ['listen ärger']],
  ])('%s', (sql, expected) => {
    expect(channels(sql)).toEqual(expected);
  });

  it('cut channel names at 63 bytes without breaking a character, as PostgreSQL does', () => {
    expect(channels(`listen ${'a'.repeat(62)}ä`)).toEqual([`listen ${'a'.repeat(62)}`]);
    expect(channels(`listen ${'a'.repeat(80)}`)).toEqual([`listen ${'a'.repeat(63)}`]);
  });

  it('are never found inside a literal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const literal = `'${`;listen x;${text}`.replaceAll("'", "''")}'`;
        expect(channels(`select ${literal}; listen real`)).toEqual(['listen real']);
      }),
    );
  });

  it('are found in linear time in long texts', () => {
    const started = performance.now();
    sessionCommandsOf(`listen a; select '${"x''".repeat(3_000_000)}'`);
    sessionCommandsOf(`listen a; select ${'("'.repeat(1_000_000)}`);
    sessionCommandsOf(`listen a; ${'/*'.repeat(1_000_000)}`);
    sessionCommandsOf(`listen a; ${'$a'.repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

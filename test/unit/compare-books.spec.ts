import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const comparison = join(__dirname, '..', 'chaos', 'compare-books.mjs');

interface Books {
  readonly anonymous: number;
  readonly repeatedCalls: number;
  readonly lost: readonly string[];
  readonly double: readonly string[];
  readonly withoutCall: readonly string[];
  readonly withoutCallNotEstimated: readonly string[];
  readonly overHold: readonly string[];
  readonly wrongTokens: readonly string[];
}

/** The comparison is an ES module for plain Node, so it runs in a process of its own. */
function compare(calls: readonly object[], rows: readonly object[]): Books {
  const program = `
    import { compareBooks } from ${JSON.stringify(comparison)};
    console.log(JSON.stringify(compareBooks(${JSON.stringify(calls)}, ${JSON.stringify(rows)})));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as Books;
}

const call = (attemptId: string) => ({ attemptId, outputTokens: 7 });
const exact = (attemptId: string) => ({
  attemptId,
  costSource: 'exact',
  costNanoUsd: '5',
  heldNanoUsd: '9',
  outputTokens: '7',
});
const estimated = (attemptId: string) => ({
  ...exact(attemptId),
  costSource: 'estimated',
  outputTokens: '400',
});

describe('comparison of ledger and vendor calls', () => {
  it('finds nothing when every call has one row, and lists estimates without a call', () => {
    const books = compare([call('a'), call('b')], [exact('a'), estimated('b'), estimated('c')]);

    expect(books).toEqual({
      anonymous: 0,
      repeatedCalls: 0,
      lost: [],
      double: [],
      withoutCall: ['c'],
      withoutCallNotEstimated: [],
      overHold: [],
      wrongTokens: [],
    });
  });

  it('names a call without a row and an attempt with two rows', () => {
    const books = compare([call('a'), call('b')], [exact('b'), estimated('b')]);

    expect(books.lost).toEqual(['a']);
    expect(books.double).toEqual(['b']);
  });

  it('names rows that claim to be exact and are not, and estimates above their hold', () => {
    const books = compare(
      [call('a')],
      [{ ...exact('a'), outputTokens: '8' }, exact('never-sent'), { ...estimated('c'), costNanoUsd: '10' }],
    );

    expect(books.wrongTokens).toEqual(['a']);
    expect(books.withoutCallNotEstimated).toEqual(['never-sent']);
    expect(books.overHold).toEqual(['c']);
  });

  it('counts calls that carry no attempt id or repeat one', () => {
    expect(compare([call(''), call('a'), call('a')], [exact('a')])).toMatchObject({
      anonymous: 1,
      repeatedCalls: 1,
    });
  });
});

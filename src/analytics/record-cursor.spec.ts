import fc from 'fast-check';
import { newId } from '../common/ids';
import { decodeCursor, encodeCursor } from './record-cursor';

const pack = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const ID = newId('att', 1_800_000_000_000);
const TIME = '2027-01-15T08:00:00.000Z';

describe('the cursor of the ledger listing', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(1000, 0), max: new Date('9999-12-30'), noInvalidDate: true }),
        (date) => {
          const cursor = { startedAt: date.toISOString(), attemptId: newId('att', 1) };
          fc.pre(/^[1-9]/.test(cursor.startedAt));

          expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
        },
      ),
    );
  });

  it.each([
    ['', ''],
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('[').toString('base64url')],
    ['no list', pack({ startedAt: TIME, attemptId: ID })],
    ['null', pack(null)],
    ['one member', pack([TIME])],
    ['numbers', pack([1, 2])],
    ['a time the database does not know', pack(['2027', ID])],
    ['a day that does not exist', pack(['2027-02-31T08:00:00.000Z', ID])],
    ['a year 0', pack(['0000-01-01T00:00:00.000Z', ID])],
    ['a far year', pack(['+012027-01-15T08:00:00.000Z', ID])],
    ['a time with text behind it', pack([`${TIME}\n`, ID])],
    ['an id with a character the database cannot store', pack([TIME, `${ID.slice(0, -1)}\u0000`])],
    ['an id of something else', pack([TIME, newId('req')])],
  ])('is refused with %s', (_, text) => {
    expect(decodeCursor(text)).toBeUndefined();
  });

  it('is never a reason to throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeCursor(text)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void decodeCursor(pack(value))));
  });
});

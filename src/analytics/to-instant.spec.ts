import { toInstant } from './to-instant';

describe('toInstant', () => {
  it.each([
    ['2027-01-15', '2027-01-15T00:00:00.000Z'],
    ['2027-01-15T08:30', '2027-01-15T08:30:00.000Z'],
    ['2027-01-15T08:30:10Z', '2027-01-15T08:30:10.000Z'],
    ['2027-01-15T08:30:10.123456Z', '2027-01-15T08:30:10.123Z'],
    ['2027-01-15T08:30:10+02:00', '2027-01-15T06:30:10.000Z'],
    ['2027-01-15T08:30:10', '2027-01-15T08:30:10.000Z'],
  ])('reads %s in UTC unless it says otherwise', (text, expected) => {
    expect(toInstant(text)).toEqual(new Date(expected));
  });

  it.each([
    '',
    '1',
    '2027',
    'tomorrow',
    '15.01.2027',
    '0000-01-01',
    '+275760-09-13',
    '2027-13-01',
    '2027-01-15 08:30',
    '2027-01-15T25:00Z',
  ])('leaves %j as it is, to be refused', (text) => {
    expect(toInstant(text)).toBe(text);
  });

  it('leaves a repeated parameter as it is, to be refused', () => {
    expect(toInstant(['2027-01-15', '2027-01-16'])).toEqual(['2027-01-15', '2027-01-16']);
  });
});

import { QueryFailedError } from 'typeorm';
import { asDatabaseOutage } from './database-outage';

const coded = (code: string): Error => Object.assign(new Error(`secret ${code}`), { code });

describe('asDatabaseOutage', () => {
  it.each([
    coded('ECONNREFUSED'),
    coded('57P01'),
    coded('08006'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Connection terminated unexpectedly'),
    new Error('Query read timeout'),
    new QueryFailedError('SELECT 1', [], new Error('Connection terminated unexpectedly')),
  ])('takes %p for a store that cannot be asked, and does not show its text', (error) => {
    const outage = asDatabaseOutage(error);

    expect(outage).toMatchObject({ category: 'unavailable', code: 'store_unavailable' });
    expect(outage?.message).not.toContain('secret');
  });

  it.each([
    coded('23505'),
    new QueryFailedError('SELECT 1', [], coded('42601')),
    new TypeError('x is not a function'),
    'ECONNREFUSED',
    undefined,
  ])('leaves %p alone', (error) => {
    expect(asDatabaseOutage(error)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { usageRow } from '../../../test/support/cost-kit';
import { parseUsageRow } from './usage-row';

describe('parseUsageRow', () => {
  it('takes back what was written, over JSON', () => {
    const row = usageRow({ client_request_id: 'c', error_code: 'timeout' });

    expect(parseUsageRow(JSON.parse(JSON.stringify(row)))).toEqual(row);
  });

  it.each<[string, object]>([
    ['no attempt id', { attempt_id: undefined }],
    ['an attempt id without a time', { attempt_id: 'att_x' }],
    ['a number for a name', { provider: 5 }],
    ['money as a number', { cost_nano_usd: 5 }],
    ['negative money', { cost_nano_usd: '-5' }],
    ['fractional money', { cost_nano_usd: '5.5' }],
    ['more money than a bigint column sums up', { held_nano_usd: '9'.repeat(19) }],
    ['a time of another form', { started_at: 'yesterday' }],
    ['a time with an offset', { held_at: '2026-01-01T00:00:00+01:00' }],
    ['no usage', { usage: null }],
    ['a missing bucket', { usage: { inputUncached: 1 } }],
    ['a negative count', { usage: { ...usageRow().usage, reasoning: -1 } }],
    ['a fractional count', { usage: { ...usageRow().usage, reasoning: 0.5 } }],
  ])('refuses %s', (_, changes) => {
    expect(parseUsageRow({ ...usageRow(), ...changes })).toBeUndefined();
  });

  it('never throws, whatever comes back from a file', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(usageRow())), (value, field) => {
        expect(parseUsageRow(value)).toBeUndefined();
        parseUsageRow({ ...usageRow(), [field]: value });
      }),
    );
  });
});

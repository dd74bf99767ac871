import { IpRanges, isIpRange } from './ip-ranges';

describe('IpRanges', () => {
  const ranges = new IpRanges(['10.0.0.0/8', '192.168.1.7', '2001:db8::/32', 'damaged']);

  it.each([
    ['10.255.0.1', true],
    ['::ffff:10.1.2.3', true],
    ['::FFFF:10.1.2.3', true],
    ['192.168.1.7', true],
    ['2001:db8:1::1', true],
    ['192.168.1.8', false],
    ['11.0.0.1', false],
    ['2001:db9::1', false],
    ['', false],
    ['damaged', false],
    [undefined, false],
  ])('decides that %s is inside: %s', (address, expected) => {
    expect(ranges.includes(address)).toBe(expected);
  });

  it('knows what a range is', () => {
    expect(['10.0.0.0/8', '::1', '::/0', '1.2.3.4/32'].every(isIpRange)).toBe(true);
    expect(['10.0.0.0/33', '10.0.0/8', '::1/129', '1.2.3.4/', '1.2.3.4/8/8', 'x', ''].some(isIpRange)).toBe(
      false,
    );
  });
});

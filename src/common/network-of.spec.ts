import { networkOf } from './network-of';

const at = (v4Bits: number, v6Bits: number) => (address: string | undefined) =>
  networkOf(address, { v4Bits, v6Bits });

describe('networkOf', () => {
  it('cuts IPv4 addresses, also when written as IPv6', () => {
    expect(at(24, 48)('10.1.2.3')).toBe('10.1.2.0/24');
    expect(at(24, 48)('::ffff:10.1.2.3')).toBe('10.1.2.0/24');
    expect(at(32, 64)('255.255.255.255')).toBe('255.255.255.255/32');
    expect(at(20, 64)('10.1.255.3')).toBe('10.1.240.0/20');
  });

  it('gives every spelling of an IPv6 address the same network', () => {
    const spellings = ['2001:db8:1:2::9', '2001:0db8:0001:0002:0:0:0:9', '2001:DB8:1:2:0::9'];

    expect(new Set(spellings.map(at(24, 64)))).toEqual(new Set(['2001:db8:1:2:0:0:0:0/64']));
    expect(new Set(spellings.map(at(24, 48)))).toEqual(new Set(['2001:db8:1:0:0:0:0:0/48']));
    expect(at(24, 128)('64:ff9b::10.0.0.1')).toBe('64:ff9b:0:0:0:0:a00:1/128');
  });

  it.each([undefined, '', 'localhost', '10.0.0', '::ffff:hello'])('takes %s for no address', (text) => {
    expect(at(24, 48)(text)).toBe('unknown');
  });
});

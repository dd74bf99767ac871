import type { LookupAddress } from 'node:dns';
import { AddressGuard, type UrlOrigin } from './address-guard';

const check = (url: string, origin: UrlOrigin, allowed: readonly string[] = []): boolean => {
  try {
    new AddressGuard(allowed).check(new URL(url), origin);
    return true;
  } catch {
    return false;
  }
};

function resolveTo(addresses: readonly string[], origin: UrlOrigin, allowed: readonly string[] = []) {
  const resolve = (_name: string, _options: unknown, done: (error: null, found: LookupAddress[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  const guard = new AddressGuard(allowed, resolve as never);
  return new Promise<unknown>((settle) => {
    guard.lookupFor(origin)('name.example', { all: true }, (error, found) =>
      settle(error === null ? found : error.message),
    );
  });
}

describe('AddressGuard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a00:1]/',
    'http://[2002:a00:1::]/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
  ])('keeps a tenant away from %s', (url) => {
    expect(check(url, 'tenant')).toBe(false);
  });

  it('lets a tenant reach public addresses, and others only where the operator allows them', () => {
    expect(check('https://93.184.216.34/', 'tenant')).toBe(true);
    expect(check('https://[2606:2800:220:1::1]/', 'tenant')).toBe(true);
    expect(check('https://hooks.example.com/', 'tenant')).toBe(true);
    expect(check('http://10.1.2.3/', 'tenant', ['10.1.0.0/16'])).toBe(true);
    expect(check('http://10.2.2.3/', 'tenant', ['10.1.0.0/16'])).toBe(false);
  });

  it('lets the operator name neighbours, but not the metadata service', () => {
    expect(check('http://127.0.0.1:11434/', 'operator')).toBe(true);
    expect(check('http://10.0.0.5/', 'operator')).toBe(true);
    expect(check('http://169.254.169.254/', 'operator')).toBe(false);
    expect(check('http://[fd00:ec2::254]/', 'operator')).toBe(false);
    expect(check('http://169.254.169.254/', 'operator', ['169.254.169.254'])).toBe(true);
  });

  it('hands out only the permitted addresses of a name', async () => {
    expect(await resolveTo(['10.0.0.1', '93.184.216.34'], 'tenant')).toEqual([
      { address: '93.184.216.34', family: 4 },
    ]);
    expect(await resolveTo(['10.0.0.1', '::1'], 'tenant')).toBe('outbound call failed: blocked');
    expect(await resolveTo(['::ffff:169.254.169.254'], 'operator')).toBe('outbound call failed: blocked');
    expect(await resolveTo(['10.0.0.1'], 'operator')).toEqual([{ address: '10.0.0.1', family: 4 }]);
  });
});

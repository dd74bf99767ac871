import { BlockList, isIP } from 'node:net';

/** True for an address or a CIDR range such as `10.0.0.0/8` or `2001:db8::/32`. */
export function isIpRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** A set of addresses and ranges. Texts that are no range (a damaged row) match nothing. */
export class IpRanges {
  readonly #list = new BlockList();

  constructor(ranges: readonly string[]) {
    for (const range of ranges.filter(isIpRange)) {
      const [address = '', bits] = range.split('/');
      const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  /** An IPv4 address in IPv6 form (`::ffff:10.0.0.1`) is the same address. */
  includes(address: string | undefined): boolean {
    if (address === undefined) return false;
    const plain =
      address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4
        ? address.slice(7)
        : address;
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  }
}

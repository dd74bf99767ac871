import { lookup as resolveName, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { IpRanges } from '../../common/ip-ranges';
import { HttpFailure } from './http-failure';

/**
 * Who wrote down the address of a call: the operator in the settings (who may well mean a server next door), or a tenant
 * through the API (who must not reach anything that is not on the public internet).
 */
export type UrlOrigin = 'operator' | 'tenant';

/** Instance metadata of clouds lives here; no setting ever means it. */
const METADATA = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '100.100.100.200', '192.0.0.192'];

/** Everything the IANA registries do not call globally reachable, and addresses that stand for IPv4 ones. */
const NOT_PUBLIC = [
  ...METADATA,
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fec0::/10',
  'ff00::/8',
];

type Resolve = typeof resolveName;

/**
 * Keeps outbound calls away from addresses they have no business with. A name is resolved here and the connection goes to
 * the address that was checked, so that a name cannot change its meaning in between.
 */
export class AddressGuard {
  private readonly allowed: IpRanges;
  private readonly blocked: Readonly<Record<UrlOrigin, IpRanges>> = {
    operator: new IpRanges(METADATA),
    tenant: new IpRanges(NOT_PUBLIC),
  };

  constructor(
    allowedNetworks: readonly string[],
    private readonly resolve: Resolve = resolveName,
  ) {
    this.allowed = new IpRanges(allowedNetworks);
  }

  /** Throws for a scheme other than HTTP and for an address written as such that is out of bounds. */
  check(url: URL, origin: UrlOrigin): void {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
    if (!isHttp || (isIP(host) !== 0 && !this.permits(host, origin))) throw blocked();
  }

  /** What sockets resolve names with: only addresses that may be reached come out. */
  lookupFor(origin: UrlOrigin): LookupFunction {
    return (hostname, options: LookupOptions, callback) => {
      this.resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
        if (error) {
          callback(error, '', 0);
          return;
        }
        const usable = found.filter(({ address }) => this.permits(address, origin));
        const [first] = usable;
        if (first === undefined) callback(blocked(), '', 0);
        else if (options.all === true) callback(null, usable);
        else callback(null, first.address, first.family);
      });
    };
  }

  private permits(address: string, origin: UrlOrigin): boolean {
    return this.allowed.includes(address) || !this.blocked[origin].includes(address);
  }
}

function blocked(): HttpFailure {
  return new HttpFailure({ reason: 'blocked', sent: false });
}

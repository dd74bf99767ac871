import { isIpRange } from '../../common/ip-ranges';
import { Setting } from '../config/setting';
import { integer, list, type SettingType } from '../config/setting-types';

/** How the one outbound HTTP client keeps its connections. */
export class HttpClientConfig {
  static readonly section = 'Outbound HTTP';

  @Setting({
    env: 'HTTP_CLIENT_CONNECTIONS',
    type: integer({ min: 1, max: 10_000 }),
    default: 2_048,
    describe: 'Most connections held to one origin; further calls wait for a free one.',
  })
  readonly connections: number;

  @Setting({
    env: 'HTTP_CLIENT_CONNECT_TIMEOUT_MS',
    type: integer({ min: 50, max: 120_000 }),
    default: 5_000,
    describe: 'Longest time for opening a connection, TLS included.',
  })
  readonly connectTimeoutMs: number;

  @Setting({
    env: 'HTTP_CLIENT_KEEP_ALIVE_MS',
    type: integer({ min: 100, max: 600_000 }),
    default: 30_000,
    describe: 'How long an idle connection is kept for the next call.',
  })
  readonly keepAliveMs: number;

  @Setting({
    env: 'HTTP_CLIENT_MAX_HEADER_BYTES',
    type: integer({ min: 1_024, max: 1_048_576 }),
    default: 32_768,
    describe: 'Largest header block of an answer that is read.',
  })
  readonly maxHeaderBytes: number;

  @Setting({
    env: 'OUTBOUND_ALLOWED_NETWORKS',
    type: networks(),
    default: [],
    describe:
      'Addresses and networks that may be called although the address guard refuses them: private ones for URLs that tenants give, link-local and cloud metadata ones for all.',
    example: '10.20.0.0/16,192.168.5.7',
  })
  readonly allowedNetworks: readonly string[];
}

function networks(): SettingType<readonly string[]> {
  const entries = list();
  return {
    label: 'addresses and CIDR ranges',
    parse(value) {
      const networks = entries.parse(value);
      const wrong = networks.find((entry) => !isIpRange(entry));
      if (wrong !== undefined) throw new Error('expected addresses and ranges such as 10.0.0.0/8');
      return networks;
    },
    format: (value) => entries.format(value),
  };
}

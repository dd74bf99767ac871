import { Setting } from '../config/setting';
import { integer, list, text } from '../config/setting-types';

const MAX_PORT = 65_535;
const HOUR_MS = 3_600_000;

/** The HTTP server: address, limits on what a client may send and how slowly, graceful stop. */
export class ServerConfig {
  static readonly section = 'HTTP server';

  @Setting({ env: 'HOST', type: text(), default: '0.0.0.0', describe: 'Address the server listens on.' })
  readonly host: string;

  @Setting({
    env: 'PORT',
    type: integer({ min: 0, max: MAX_PORT }),
    default: 8000,
    describe: 'Port the server listens on; 0 takes a free one.',
  })
  readonly port: number;

  @Setting({
    env: 'MAX_BODY_MB',
    type: integer({ min: 1, max: 512 }),
    default: 10,
    describe: 'Largest request body in megabytes; more is refused with 413.',
  })
  readonly maxBodyMb: number;

  @Setting({
    env: 'BODY_TIMEOUT_MS',
    type: integer({ min: 100, max: HOUR_MS }),
    default: 10_000,
    describe: 'Time for a request body to arrive, in milliseconds; every 16 bytes received add one more.',
  })
  readonly bodyTimeoutMs: number;

  @Setting({
    env: 'HEADERS_TIMEOUT_MS',
    type: integer({ min: 100, max: HOUR_MS }),
    default: 10_000,
    describe: 'Time for the request headers to arrive, in milliseconds.',
  })
  readonly headersTimeoutMs: number;

  @Setting({
    env: 'KEEP_ALIVE_TIMEOUT_MS',
    type: integer({ min: 0, max: HOUR_MS }),
    default: 65_000,
    describe:
      'How long an idle connection stays open; keep it above the idle time of a load balancer in front.',
  })
  readonly keepAliveTimeoutMs: number;

  @Setting({
    env: 'TRUST_PROXY',
    type: list(),
    default: [],
    describe:
      'Proxies in front whose X-Forwarded-For is believed: their number, or their addresses and networks. Unset: the address of the socket counts.',
    example: '10.0.0.0/8',
  })
  readonly trustProxy: readonly string[];

  @Setting({
    env: 'CALLER_REGION_HEADER',
    type: text(),
    describe:
      'Header in which a proxy in front names the region or country of the client, such as `cf-ipcountry`; the proxy must overwrite what clients send. Latency is then also shown by it. Unset: unknown.',
    example: 'cf-ipcountry',
  })
  readonly callerRegionHeader: string | undefined;

  @Setting({
    env: 'IP_REQUESTS_PER_MINUTE',
    type: integer({ min: 0, max: 100_000_000 }),
    default: 600_000,
    describe:
      'Requests one address may send per minute before it is authenticated; 0 switches the limit off. It is wide because a whole company can stand behind one address.',
  })
  readonly ipRequestsPerMinute: number;

  @Setting({
    env: 'IP_FAILED_AUTH_PER_MINUTE',
    type: integer({ min: 1, max: 1_000_000 }),
    default: 600,
    describe: 'Failed authentications per minute after which an address has used up its requests.',
  })
  readonly ipFailedAuthPerMinute: number;

  @Setting({
    env: 'OBSERVABILITY__CORS_ORIGINS',
    type: list(),
    default: [],
    describe: 'Web origins that may call the API from a browser. None by default.',
    example: 'http://localhost:3000,http://localhost:8080',
    unsafeInProduction: (origins) =>
      origins?.includes('*') === true ? 'names every origin (*); list the origins instead' : undefined,
  })
  readonly corsOrigins: readonly string[];

  @Setting({
    env: 'SHUTDOWN_DEADLINE_MS',
    type: integer({ min: 0, max: HOUR_MS }),
    default: 25_000,
    describe: 'How long a stopping server waits for running requests, in milliseconds.',
  })
  readonly shutdownDeadlineMs: number;

  get maxBodyBytes(): number {
    return this.maxBodyMb * 1_000_000;
  }
}

import { Setting } from '../platform/config/setting';
import { flag, integer } from '../platform/config/setting-types';

/** Limits of the model routes. */
export class GatewayConfig {
  static readonly section = 'Gateway';

  @Setting({
    env: 'RATE_LIMIT_REQUESTS_PER_MINUTE',
    type: integer({ min: 0, max: 10_000_000 }),
    default: 0,
    describe: 'Requests per minute and API key on all authenticated routes. 0 means no limit.',
  })
  readonly requestsPerMinute: number;

  @Setting({
    env: 'STREAM_HOLD_BACK_MS',
    type: integer({ min: 0, max: 60_000 }),
    default: 10_000,
    describe:
      'How long the status of a streamed answer is held back so that another model can still step in; then 200 and keep-alive comments are sent.',
  })
  readonly streamHoldBackMs: number;

  @Setting({
    env: 'ROUTER_MAX_ATTEMPTS',
    type: integer({ min: 1, max: 10 }),
    default: 3,
    describe: 'Calls to vendors that one request may cause, retries and failovers included.',
  })
  readonly maxAttempts: number;

  @Setting({
    env: 'FINGERPRINT_REQUESTS',
    type: flag(),
    default: true,
    describe:
      'Keep a keyed hash of each question, so that analytics can say which ones are asked again and again. No text is kept, and without API_KEY_PEPPER nobody can try out guesses.',
  })
  readonly fingerprintRequests: boolean;
}

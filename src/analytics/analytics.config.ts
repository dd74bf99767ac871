import { Setting } from '../platform/config/setting';
import { integer } from '../platform/config/setting-types';

/** What advice on capacity goes by. */
export class AnalyticsConfig {
  static readonly section = 'Analytics';

  @Setting({
    env: 'CAPACITY_REQUESTS_PER_MINUTE',
    type: integer({ min: 1, max: 10_000_000 }),
    default: 10_000,
    describe: 'Requests per minute one API replica is trusted with; measure yours with `npm run bench`.',
  })
  readonly replicaRequestsPerMinute: number;
}

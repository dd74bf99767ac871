import { Setting } from '../config/setting';
import { integer } from '../config/setting-types';

/** How background jobs are run. */
export class QueueConfig {
  static readonly section = 'Background jobs';

  @Setting({
    env: 'QUEUE_CONCURRENCY',
    type: integer({ min: 1, max: 100 }),
    default: 4,
    describe: 'Jobs a process works on at the same time, per queue.',
  })
  readonly concurrency: number;

  @Setting({
    env: 'QUEUE_ATTEMPTS',
    type: integer({ min: 1, max: 1_000 }),
    default: 1_000,
    describe:
      'How often a failing job is tried, with pauses that grow to half a minute. Then an alert is set aside as failed; what came from the outbox is taken back to it and tried anew.',
  })
  readonly attempts: number;
}

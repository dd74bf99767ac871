import { Setting } from '../config/setting';
import { integer, text } from '../config/setting-types';

/** How much an outbox may keep on disk and how eagerly it empties itself. */
export class OutboxConfig {
  static readonly section = 'Outbox';

  @Setting({
    env: 'MODELMUXER_SPOOL_DIR',
    type: text(),
    describe:
      'Folder of the outbox, which keeps notes about vendor calls, audit events and other records until they are in their table. Unset: `spool` inside MODELMUXER_DATA_DIR. Replicas may share it; the file system must support POSIX locks.',
    example: '/var/lib/modelmuxer/spool',
  })
  readonly spoolDir: string | undefined;

  @Setting({
    env: 'OUTBOX_MAX_MB',
    type: integer({ min: 1, max: 1_048_576 }),
    default: 256,
    describe:
      'Most disk space of one process in the spool, leftovers of dead processes included while it cannot book them. At nine tenths of it new vendor calls and events are refused (503); the last tenth is kept to note calls already made.',
  })
  readonly maxMb: number;

  @Setting({
    env: 'OUTBOX_SEGMENT_MB',
    type: integer({ min: 1, max: 64 }),
    default: 4,
    describe: 'Size at which an outbox file is closed. A closed file is deleted once all of it is recorded.',
  })
  readonly segmentMb: number;

  @Setting({
    env: 'OUTBOX_SHIP_INTERVAL_MS',
    type: integer({ min: 5, max: 60_000 }),
    default: 150,
    describe: 'Pause between two rounds of handing lines to the queue, per topic.',
  })
  readonly shipIntervalMs: number;

  @Setting({
    env: 'OUTBOX_ADOPT_INTERVAL_MS',
    type: integer({ min: 100, max: 3_600_000 }),
    default: 15_000,
    describe:
      'Pause between two searches for outbox folders whose process died, which are then emptied by this one.',
  })
  readonly adoptIntervalMs: number;
}

import { Setting } from '../config/setting';
import { integer } from '../config/setting-types';

export class KeyValueCacheConfig {
  static readonly section = 'Cache memory';

  @Setting({
    env: 'CACHE_MEMORY_MAX_MB',
    type: integer({ min: 1, max: 16_384 }),
    default: 64,
    describe: 'Memory for cached answers in the process itself, in MiB (used without Redis).',
  })
  readonly maxMegabytes: number;

  @Setting({
    env: 'CACHE_MEMORY_MAX_ENTRIES',
    type: integer({ min: 1, max: 10_000_000 }),
    default: 50_000,
    describe: 'Most entries of that cache.',
  })
  readonly maxEntries: number;
}

import { Setting } from '../platform/config/setting';
import { choice, integer } from '../platform/config/setting-types';

/** How long we wait for vendors, and when we give them a rest. */
export class ProvidersConfig {
  static readonly section = 'Providers';

  @Setting({
    env: 'PROVIDER_DEMO',
    type: choice(['auto', 'on', 'off']),
    default: 'auto',
    describe:
      'The built-in demo provider, offline and free of charge. auto: only when no other provider is configured.',
  })
  readonly demo: 'auto' | 'on' | 'off';

  @Setting({
    env: 'PROVIDER_FIRST_EVENT_TIMEOUT_MS',
    type: integer({ min: 100, max: 3_600_000 }),
    default: 60_000,
    describe: 'Longest wait for the first piece of a streamed answer, the connection included.',
  })
  readonly firstEventTimeoutMs: number;

  @Setting({
    env: 'PROVIDER_IDLE_TIMEOUT_MS',
    type: integer({ min: 100, max: 3_600_000 }),
    default: 60_000,
    describe: 'Longest silence between two pieces of a streamed answer.',
  })
  readonly idleTimeoutMs: number;

  @Setting({
    env: 'PROVIDER_TOTAL_TIMEOUT_MS',
    type: integer({ min: 100, max: 3_600_000 }),
    default: 300_000,
    describe: 'Longest time for one call to a provider, streamed or not.',
  })
  readonly totalTimeoutMs: number;

  @Setting({
    env: 'PROVIDER_MAX_RESPONSE_BYTES',
    type: integer({ min: 1_024, max: 1_073_741_824 }),
    default: 16_777_216,
    describe: 'Largest answer that is read when it is not streamed.',
  })
  readonly maxResponseBytes: number;

  @Setting({
    env: 'PROVIDER_BREAKER_WINDOW',
    type: integer({ min: 1, max: 1_000 }),
    default: 20,
    describe: 'How many of the last calls to a model the circuit breaker looks at.',
  })
  readonly breakerWindow: number;

  @Setting({
    env: 'PROVIDER_BREAKER_MINIMUM_CALLS',
    type: integer({ min: 1, max: 1_000 }),
    default: 5,
    describe:
      'Calls to a model before its circuit can open. It opens when more than half of the window failed.',
  })
  readonly breakerMinimumCalls: number;

  @Setting({
    env: 'PROVIDER_BREAKER_OPEN_MS',
    type: integer({ min: 10, max: 600_000 }),
    default: 5_000,
    describe: 'How long an open circuit refuses calls before one is let through to try.',
  })
  readonly breakerOpenMs: number;
}

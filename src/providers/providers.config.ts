import { Setting } from '../platform/config/setting';
import { choice, integer, list } from '../platform/config/setting-types';

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
    default: 2_000,
    describe: 'How long an open circuit refuses calls before one is let through to try.',
  })
  readonly breakerOpenMs: number;

  @Setting({
    env: 'PROVIDER_RETRY_BUDGET_PERCENT',
    type: integer({ min: 0, max: 100 }),
    default: 40,
    describe:
      'Repeated calls to an ailing provider, in percent of the requests that reach it (and ten on top, after a calm time). 0: no call is repeated there.',
  })
  readonly retryBudgetPercent: number;

  @Setting({
    env: 'PROVIDER_DRAIN_ON_ABORT',
    type: list(),
    default: [],
    describe:
      'Providers whose calls are read to their end after the client has left, because they bill the whole answer all the same. All others are cancelled at once.',
    example: 'my-vllm,litellm',
  })
  readonly drainOnAbort: readonly string[];

  @Setting({
    env: 'PROVIDER_DRAIN_MAX_MS',
    type: integer({ min: 10, max: 600_000 }),
    default: 30_000,
    describe: 'Longest time for which such a call goes on after the client has left.',
  })
  readonly drainMaxMs: number;

  @Setting({
    env: 'PROVIDER_DRAIN_MAX_BYTES',
    type: integer({ min: 0, max: 1_073_741_824 }),
    default: 1_048_576,
    describe: 'Most text of a streamed answer that is still read after the client has left.',
  })
  readonly drainMaxBytes: number;

  @Setting({
    env: 'PROVIDER_PROBE_INTERVAL_MS',
    type: integer({ min: 0, max: 600_000 }),
    default: 1_000,
    describe:
      'How often a provider with an open circuit or a refused key is asked for its list of models, which costs nothing, to see whether it is back. 0 turns this off.',
  })
  readonly probeIntervalMs: number;
}

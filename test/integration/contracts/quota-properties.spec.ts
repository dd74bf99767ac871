import fc from 'fast-check';
import type { RedisConnection } from '../../../src/platform/redis/redis-connection';
import { InProcessQuotaStore } from '../../../src/quota/in-process-quota-store';
import type { BudgetLine, HoldRequest, QuotaStore, RateLine } from '../../../src/quota/quota-store';
import { RedisQuotaStore } from '../../../src/quota/redis-quota-store';
import { FakeClock } from '../../support/fake-clock';
import { connectTestRedis } from '../../support/redis';
import { describeWithRedis } from '../../support/services';
import { uniqueOrganization } from './quota-store.contract';
import { QuotaModel } from './quota-model';

type Step =
  | {
      readonly do: 'hold';
      readonly id: number;
      readonly amount: bigint;
      readonly lines: number;
      readonly tokens: number;
    }
  | { readonly do: 'settle'; readonly id: number; readonly part: bigint }
  | { readonly do: 'lease'; readonly id: number; readonly amount: bigint; readonly lines: number }
  | { readonly do: 'shrink'; readonly id: number; readonly amount: bigint }
  | { readonly do: 'renew'; readonly id: number }
  | { readonly do: 'expire' }
  | { readonly do: 'take' }
  | { readonly do: 'wait'; readonly milliseconds: number };

const LIVES_MS = 20_000;
/** Near the greatest limit as well, so that inexact arithmetic would show. */
const LIMITS = [1_000n, 8_999_999_999_999_999n, 3_000n] as const;
const COUNTERS = ['user/daily', 'org/monthly', 'key/daily', 'warn only'] as const;

const id = fc.nat(9);
const amount = fc.oneof(
  fc.bigInt(0n, 700n),
  fc.constantFrom(0n, 1n, 1_000n, 4_500_000_000_000_000n, 8_999_999_999_999_999n),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      id,
      amount,
      lines: fc.integer({ min: 1, max: 15 }),
      tokens: fc.nat(40),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), id, part: fc.bigInt(0n, 100n) }) },
  fc.record({
    do: fc.constant('lease' as const),
    id,
    amount: fc.bigInt(0n, 300n),
    lines: fc.integer({ min: 1, max: 15 }),
  }),
  fc.record({ do: fc.constant('shrink' as const), id, amount: fc.bigInt(0n, 400n) }),
  fc.record({ do: fc.constant('renew' as const), id }),
  fc.record({ do: fc.constant('expire' as const) }),
  fc.record({ do: fc.constant('take' as const) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(15_000) }) },
);
const steps = fc.array(step, { minLength: 5, maxLength: 60 });

class Run {
  readonly organizationId = uniqueOrganization();
  private readonly amounts = new Map<string, bigint>();

  constructor(
    readonly store: QuotaStore,
    readonly clock: FakeClock,
    private readonly tokenLimits: readonly RateLine[] = [],
  ) {}

  request(item: Extract<Step, { do: 'hold' | 'lease' }>): HoldRequest {
    const holdId = `hold_${item.id}`;
    return {
      organizationId: this.organizationId,
      holdId,
      amountNanoUsd: item.amount,
      tokens: item.do === 'hold' ? item.tokens : 0,
      budgets: COUNTERS.filter((_, i) => (item.lines & (1 << i)) !== 0).map((counter) => this.line(counter)),
      tokenLimits: this.tokenLimits,
      expiresAtMs: this.clock.now() + LIVES_MS,
      note: `note of ${holdId}`,
    };
  }

  /** Outcome of one step; the actual cost is a share of the held amount, so that nothing overruns. */
  async apply(item: Step): Promise<unknown> {
    const { store, clock, organizationId } = this;
    if (item.do === 'wait') {
      clock.advance(item.milliseconds);
      return undefined;
    }
    if (item.do === 'expire') return store.expireDue(organizationId, clock.now(), 100);
    if (item.do === 'take') {
      const lines = [
        { counter: 'requests', limit: 4, windowMs: 30_000 },
        { counter: 'more', limit: 6, windowMs: 47_123 },
      ];
      return store.takeRequest({ organizationId, nowMs: clock.now(), lines });
    }
    const holdId = `hold_${item.id}`;
    if (item.do === 'shrink') return store.shrink(organizationId, holdId, this.shrunk(item));
    if (item.do === 'renew') return store.renew(organizationId, holdId, clock.now() + LIVES_MS);
    if (item.do === 'settle') {
      return store.settle({
        organizationId,
        holdId,
        actualNanoUsd: this.actual(item),
        actualTokens: Number(item.part),
      });
    }
    const request = this.request(item);
    const outcome = await (item.do === 'lease' ? store.lease(request) : store.hold(request));
    if (outcome.kind === 'held' && !this.amounts.has(holdId)) this.amounts.set(holdId, item.amount);
    return outcome;
  }

  /** As the owner does it: what is spent in the end is never more than what it is lowered to. */
  shrunk(item: Extract<Step, { do: 'shrink' }>): bigint {
    const known = this.amounts.get(`hold_${item.id}`) ?? 0n;
    const lower = item.amount < known ? item.amount : known;
    this.amounts.set(`hold_${item.id}`, lower);
    return lower;
  }

  actual(item: Extract<Step, { do: 'settle' }>): bigint {
    return ((this.amounts.get(`hold_${item.id}`) ?? 0n) * item.part) / 100n;
  }

  counters(): ReturnType<QuotaStore['readCounters']> {
    return this.store.readCounters(this.organizationId, COUNTERS);
  }

  private line(counter: string): BudgetLine {
    const i = COUNTERS.findIndex((candidate) => candidate === counter);
    const limit = LIMITS[i];
    return {
      counter,
      limitNanoUsd: limit ?? 0n,
      mode: limit === undefined ? 'warn' : 'enforce',
      windowEndsAtMs: this.clock.now() + 3_600_000,
    };
  }
}

/** What the model says to a step, in the words of the store. */
function expected(model: QuotaModel, run: Run, item: Step): unknown {
  const now = run.clock.now();
  if (item.do === 'hold') return model.hold(run.request(item));
  if (item.do === 'settle') return model.settle(`hold_${item.id}`, run.actual(item));
  if (item.do === 'lease') return model.lease(run.request(item));
  if (item.do === 'shrink') return model.shrink(`hold_${item.id}`, run.shrunk(item));
  if (item.do === 'renew') return model.renew(`hold_${item.id}`, now + LIVES_MS);
  if (item.do === 'expire') return model.expire(now);
  return undefined;
}

function shown(item: Step, outcome: unknown): unknown {
  if (item.do !== 'expire' || !Array.isArray(outcome)) return outcome;
  return outcome.map(({ holdId }: { holdId: string }) => holdId).sort();
}

async function followsTheModel(run: Run, sequence: readonly Step[]): Promise<void> {
  const model = new QuotaModel();
  await run.store.load(run.organizationId, []);
  for (const item of sequence) {
    const wanted = expected(model, run, item);
    const outcome = await run.apply(item);
    if (item.do === 'wait' || item.do === 'take') continue;
    expect(shown(item, outcome)).toEqual(item.do === 'expire' ? [...(wanted as string[])].sort() : wanted);
    await agrees(run, model);
  }
  for (const holdId of model.liveIds) {
    model.settle(holdId, 0n);
    await run.store.settle({
      organizationId: run.organizationId,
      holdId,
      actualNanoUsd: 0n,
      actualTokens: 0,
    });
  }
  await agrees(run, model);
  for (const { heldNanoUsd } of await run.counters()) expect(heldNanoUsd).toBe(0n);
}

async function agrees(run: Run, model: QuotaModel): Promise<void> {
  for (const [i, state] of (await run.counters()).entries()) {
    const { counter, spentNanoUsd, heldNanoUsd, leasedNanoUsd } = state;
    expect({ spentNanoUsd, heldNanoUsd, leasedNanoUsd }).toEqual({
      leasedNanoUsd: model.leased(counter),
      spentNanoUsd: model.spent(counter),
      heldNanoUsd: model.held(counter),
    });
    const limit = LIMITS[i];
    if (limit !== undefined) expect(spentNanoUsd + heldNanoUsd <= limit).toBe(true);
  }
}

const newInProcess = (clock: FakeClock): QuotaStore => new InProcessQuotaStore(clock);

describe('InProcessQuotaStore, any sequence of events', () => {
  it('never exceeds a limit, always agrees with the list of holds, and drains to the sum of actual costs', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clock = new FakeClock();
        await followsTheModel(new Run(newInProcess(clock), clock), sequence);
      }),
      { numRuns: 500 },
    );
  });
});

describeWithRedis('RedisQuotaStore, any sequence of events', () => {
  let connection: RedisConnection;
  const newShared = (clock: FakeClock): QuotaStore => {
    const { commands: client, keyPrefix } = connection;
    return new RedisQuotaStore({ client, keyPrefix, clock, timeSource: 'caller' });
  };

  beforeAll(async () => {
    connection = await connectTestRedis();
  });
  afterAll(() => connection.close());

  it('never exceeds a limit, always agrees with the list of holds, and drains to the sum of actual costs', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clock = new FakeClock();
        await followsTheModel(new Run(newShared(clock), clock), sequence);
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same answers as the in-process store, token and request limits included', async () => {
    const tokenLimits = [
      { counter: 'tokens', limit: 120, windowMs: 60_000 },
      { counter: 'burst', limit: 60, windowMs: 7_001 },
    ];
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clocks = [new FakeClock(), new FakeClock()] as const;
        const shared = new Run(newShared(clocks[0]), clocks[0], tokenLimits);
        const single = new Run(newInProcess(clocks[1]), clocks[1], tokenLimits);
        await shared.store.load(shared.organizationId, []);
        await single.store.load(single.organizationId, []);
        for (const item of sequence) expect(await shared.apply(item)).toEqual(await single.apply(item));
        expect(await shared.counters()).toEqual(await single.counters());
      }),
      { numRuns: 150 },
    );
  });
});

import fc from 'fast-check';
import { ExecutionKit, usage, vendorError, type VendorTurn } from '../../../test/support/execution-kit';
import { AppError } from '../../common/app-error';
import { ProviderError } from '../../llm/provider-error';
import type { ChatRun } from './chat-run';

const MODELS = ['demo-small', 'demo-balanced', 'demo-premium', 'demo-reasoning'];
/** Two dollar cents: room for a few calls, so that top-ups are sometimes refused. */
const LIMIT_USD = '0.02';
const LIMIT = 20_000_000n;

const failure = fc.constantFrom(
  () => vendorError('timeout'),
  () => vendorError('connection', { mayHaveBilled: false, retryAfterMs: 0 }),
  () => vendorError('invalid_response', { retryAfterMs: 0 }),
  () => vendorError('authentication', { mayHaveBilled: false, status: 401 }),
  () => vendorError('bad_request', { mayHaveBilled: false, status: 400 }),
  () => vendorError('circuit_open', { mayHaveBilled: false }),
);
/** Within what the request allows: nothing here is an overrun. */
const answerUsage = fc.oneof(
  fc.constant(usage(400, 1_000)),
  fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 1_000 })).map(([input, output]) => usage(input, output)),
);
const text = fc.nat(10_000).map((length) => 'x'.repeat(length));
/** Mostly the two that together need more money than the first call: a billed failure, and an answer of full length. */
const turn: fc.Arbitrary<() => VendorTurn> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(() => ({ error: vendorError('timeout') })) },
  { weight: 3, arbitrary: answerUsage.map((full) => () => ({ usage: full })) },
  { weight: 2, arbitrary: failure.map((make) => () => ({ error: make() })) },
  { weight: 2, arbitrary: text.map((said) => () => ({ text: said })) },
  {
    weight: 2,
    arbitrary: fc.tuple(text, failure).map(([said, make]) => () => ({ text: said, breaksWith: make() })),
  },
);
const request = fc.record({
  models: fc.array(fc.constantFrom(...MODELS), { minLength: 1, maxLength: 4, size: 'max' }),
  form: fc.constantFrom('whole', 'stream'),
  /** After how many events the reader leaves. */
  leavesAfter: fc.option(fc.nat(20), { nil: Number.POSITIVE_INFINITY }),
  /** How much more than the first call the client would pay for. */
  ceilingSlack: fc.option(fc.bigInt(-1n, 20_000n), { nil: undefined }),
});

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function ceilingOf(kit: ExecutionKit, model = 'demo-small', slack?: bigint): bigint | undefined {
  return slack === undefined ? undefined : kit.target(model).worstCaseNanoUsd + slack;
}

/** Plays a request to its end, whatever that is, and settles it as the controller does. */
async function play(
  kit: ExecutionKit,
  { models, form, leavesAfter, ceilingSlack }: Request,
): Promise<ChatRun | undefined> {
  let run: ChatRun;
  try {
    run = await kit.run({ models, ceilingNanoUsd: ceilingOf(kit, models[0], ceilingSlack) });
  } catch (error) {
    expect(error).toMatchObject({ code: 'insufficient_budget' });
    return undefined;
  }
  try {
    if (form === 'whole') await kit.executor.complete(run);
    else {
      let events = 0;
      for await (const _ of await kit.executor.open(run)) if (++events > leavesAfter) break;
    }
  } catch (error) {
    const isExpected = error instanceof ProviderError || error instanceof AppError;
    if (!isExpected) throw error;
  } finally {
    const { costNanoUsd, tokens } = run.tally;
    await kit.cost.admission.settle(run.hold, { costNanoUsd, tokens });
  }
  return run;
}

describe('PlanExecutor under random vendors', () => {
  it('never lets spending and holds exceed the limit, and ends with every call booked once and nothing held', async () => {
    const property = fc.asyncProperty(
      fc.array(turn, { maxLength: 12 }),
      fc.array(request, { minLength: 1, maxLength: 5 }),
      async (turns, requests) => {
        const kit = new ExecutionKit(
          turns.map((make) => make()),
          { DEFAULT_DAILY_BUDGET: LIMIT_USD },
        );
        const { store } = kit.cost;
        const hold = store.hold.bind(store);
        jest.spyOn(store, 'hold').mockImplementation(async (wanted) => {
          const outcome = await hold(wanted);
          const { spent, held } = await kit.cost.daily();
          expect(spent + held).toBeLessThanOrEqual(LIMIT);
          return outcome;
        });

        const runs = await Promise.all(requests.map((one) => play(kit, one)));

        const spent = runs.reduce((sum, run) => sum + (run?.tally.costNanoUsd ?? 0n), 0n);
        const byId = (a: { attempt_id: string }, b: { attempt_id: string }) =>
          a.attempt_id < b.attempt_id ? -1 : 1;
        kit.journal.outcomes.sort(byId);
        kit.journal.intents.sort(byId);
        kit.invoker.calls.sort((a, b) => (a.attemptId < b.attemptId ? -1 : 1));
        kit.expectCompleteBooks();
        expect(kit.journal.cost).toBe(spent);
        await expect(kit.cost.daily()).resolves.toEqual({ spent, held: 0n });
        for (const run of runs) {
          if (!run) continue;
          expect(run.hold.overrunOf(run.tally)).toBe(0n);
          expect(run.tally.costNanoUsd).toBeLessThanOrEqual(run.ceilingNanoUsd ?? LIMIT);
        }
      },
    );

    await fc.assert(property, { numRuns: 150 });
  });
});

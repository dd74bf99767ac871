import { Logger } from '@nestjs/common';
import { ExecutionKit, usage, vendorError, type VendorTurn } from '../../../test/support/execution-kit';
import { parseUsageRow } from '../../cost/ledger/usage-row';

const ANSWER: VendorTurn = { text: 'Hello', usage: usage(100, 50) };
/** 100 input at $0.1 and 50 output at $0.4 per million. */
const ANSWER_COST = 30_000n;
const NOT_BILLED = { mayHaveBilled: false };
const SOON = { retryAfterMs: 0 };

describe('PlanExecutor.complete', () => {
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });

  it('notes one intent before the call and one outcome after it, with the exact cost', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run({ requestedModel: 'auto' });

    const { receipt } = await kit.executor.complete(run);

    expect(receipt).toMatchObject({ costNanoUsd: ANSWER_COST, costSource: 'exact' });
    expect(kit.journal.intents).toMatchObject([
      { status: 'unknown', cost_source: 'estimated', finished_at: null },
    ]);
    expect(kit.journal.outcomes).toMatchObject([
      {
        status: 'success',
        cost_source: 'exact',
        cost_nano_usd: '30000',
        requested_model: 'auto',
        resolved_model: 'demo-small',
        hold_id: run.hold.holdId,
        error_code: null,
      },
    ]);
    await kit.finish(run);
  });

  it('asks for another plan when the vendor knows none of the models, and books every call', async () => {
    const unknown = { error: vendorError('not_found', NOT_BILLED) };
    const kit = new ExecutionKit([unknown, unknown, ANSWER]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'], nextModels: ['demo-premium'] });

    const { receipt } = await kit.executor.complete(run);

    expect(receipt.card.model).toBe('demo-premium');
    expect(kit.journal.outcomes.map(({ error_code }) => error_code)).toEqual([
      'not_found',
      'not_found',
      null,
    ]);
    await kit.finish(run);
  });

  it('makes no other plan after a failure of another kind', async () => {
    const kit = new ExecutionKit([{ error: vendorError('timeout') }]);
    const run = await kit.run({ nextModels: ['demo-premium'] });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'timeout' });

    expect(kit.invoker.calls).toHaveLength(1);
    await kit.finish(run);
  });

  it('writes intents and outcomes that the ledger takes', async () => {
    const kit = new ExecutionKit([{ error: vendorError('timeout') }, ANSWER]);
    const run = await kit.run({
      models: ['demo-small', 'demo-premium'],
      requestedModel: `x\u0000\ud800${'y'.repeat(999)}`,
    });

    await kit.executor.complete(run);

    for (const row of [...kit.journal.intents, ...kit.journal.outcomes]) {
      expect(parseUsageRow(JSON.parse(JSON.stringify(row)))).toEqual(row);
      expect(row.requested_model).toMatch(/^x \ufffdy{197}$/);
    }
  });

  it('carries the worst case in the intent, which is booked when nobody survives to note the outcome', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run();

    await kit.executor.complete(run);

    const worstCase = run.targets[0]?.worstCaseNanoUsd.toString();
    expect(kit.journal.intents).toMatchObject([
      {
        cost_nano_usd: worstCase,
        held_nano_usd: worstCase,
        usage: { inputUncached: 400, outputText: 1_000 },
      },
    ]);
  });

  it('repeats a call on the same model, books both, and holds the worst case again for the second', async () => {
    const kit = new ExecutionKit([{ error: vendorError('server', SOON) }, ANSWER]);
    const run = await kit.run();
    const held = run.hold.amountNanoUsd;

    await kit.executor.complete(run);

    expect(kit.journal.outcomes).toMatchObject([
      { status: 'error', error_code: 'server', cost_source: 'estimated', cost_nano_usd: '10000' },
      { status: 'success', cost_nano_usd: '30000' },
    ]);
    await expect(kit.cost.daily()).resolves.toEqual({ spent: 10_000n, held });
    await kit.finish(run);
  });

  it('moves on to the next model; a refusal that was certainly not billed costs nothing', async () => {
    const refused = vendorError('authentication', { ...NOT_BILLED, status: 401 });
    const kit = new ExecutionKit([{ error: refused }, ANSWER]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'] });

    await kit.executor.complete(run);

    expect(kit.invoker.calls.map((call) => call.model)).toEqual(['demo-small', 'demo-balanced']);
    expect(kit.journal.outcomes).toMatchObject([
      { status: 'error', cost_nano_usd: '0', cost_source: 'exact' },
      { status: 'success', resolved_model: 'demo-balanced', cost_nano_usd: '150000' },
    ]);
    await kit.finish(run);
  });

  it('marks a row for a call that was never sent as estimated, at no cost', async () => {
    const kit = new ExecutionKit([{ error: vendorError('circuit_open', NOT_BILLED) }, ANSWER]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'] });

    await kit.executor.complete(run);

    expect(kit.journal.outcomes[0]).toMatchObject({ cost_source: 'estimated', cost_nano_usd: '0' });
    await kit.finish(run);
  });

  it('books a timeout, which the vendor may have billed, and does not repeat it on the same model', async () => {
    const kit = new ExecutionKit([{ error: vendorError('timeout') }, ANSWER]);
    const run = await kit.run({ models: ['demo-small'] });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'timeout' });

    expect(kit.journal.outcomes).toMatchObject([
      { status: 'error', error_code: 'timeout', cost_nano_usd: '10000' },
    ]);
    await kit.finish(run);
  });

  it('does not try again what cannot be helped', async () => {
    const kit = new ExecutionKit([{ error: vendorError('bad_request', { ...NOT_BILLED, status: 400 }) }]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'] });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'bad_request' });

    expect(kit.invoker.calls).toHaveLength(1);
    await kit.finish(run);
  });

  it('makes no more calls than allowed, over all models together', async () => {
    const failing = Array.from({ length: 9 }, () => ({
      error: vendorError('server', { ...SOON, ...NOT_BILLED, status: 500 }),
    }));
    const kit = new ExecutionKit(failing, { ROUTER_MAX_ATTEMPTS: '3' });
    const run = await kit.run({ models: ['demo-small', 'demo-balanced', 'demo-premium'] });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'server' });

    expect(kit.invoker.calls.map((call) => call.model)).toEqual([
      'demo-small',
      'demo-small',
      'demo-balanced',
    ]);
    await kit.finish(run);
  });

  it('estimates an answer without usage from its text, never above what was held', async () => {
    const kit = new ExecutionKit([{ text: 'x'.repeat(100_000) }, { text: 'word '.repeat(100) }]);
    const [long, short] = [await kit.run(), await kit.run()];

    const whole = await kit.executor.complete(long);
    const small = await kit.executor.complete(short);

    expect(whole.receipt).toMatchObject({
      costNanoUsd: long.targets[0]?.worstCaseNanoUsd,
      costSource: 'estimated',
    });
    expect(small.receipt).toMatchObject({ costNanoUsd: 50_000n, costSource: 'estimated' });
    kit.expectCompleteBooks();
  });

  it('prices the model the vendor says answered, also when that costs more than was held', async () => {
    const kit = new ExecutionKit([{ model: 'demo-premium', usage: usage(400, 1_000) }]);
    const run = await kit.run();

    const { receipt } = await kit.executor.complete(run);

    expect(receipt).toMatchObject({
      card: { model: 'demo-premium' },
      costNanoUsd: 16_200_000n,
      costSource: 'exact',
    });
    await kit.finish(run);
  });

  it('prices the model that was called when the vendor names one nobody knows', async () => {
    const kit = new ExecutionKit([{ ...ANSWER, model: 'mystery' }]);
    const run = await kit.run();

    const { receipt } = await kit.executor.complete(run);

    expect(receipt).toMatchObject({ card: { model: 'demo-small' }, costNanoUsd: ANSWER_COST });
  });

  it('calls nobody and notes nothing for a client that has left already', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run({ signal: AbortSignal.abort() });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'aborted' });

    expect(kit.journal.intents).toEqual([]);
    await kit.finish(run);
  });

  it('books a call during which the client left as aborted, and makes no other', async () => {
    const leaving = new AbortController();
    const kit = new ExecutionKit([{ hang: true }, ANSWER]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'], signal: leaving.signal });

    const outcome = kit.executor.complete(run);
    setTimeout(() => leaving.abort(), 5);

    await expect(outcome).rejects.toMatchObject({ kind: 'aborted' });
    expect(kit.journal.outcomes).toMatchObject([{ status: 'aborted', cost_source: 'estimated' }]);
    await kit.finish(run);
  });

  it('stops waiting for a repetition when the client leaves, with the failure it was waiting for', async () => {
    const leaving = new AbortController();
    const kit = new ExecutionKit([
      { error: vendorError('rate_limit', { ...NOT_BILLED, status: 429, retryAfterMs: 10_000 }) },
    ]);
    const run = await kit.run({ signal: leaving.signal });

    const outcome = kit.executor.complete(run);
    setTimeout(() => leaving.abort(), 5);

    await expect(outcome).rejects.toMatchObject({ kind: 'rate_limit' });
    expect(kit.invoker.calls).toHaveLength(1);
    await kit.finish(run);
  });

  it('makes no call that could not be noted', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run();
    kit.journal.failsAt = 'begin';

    await expect(kit.executor.complete(run)).rejects.toThrow('outbox is full');

    expect(kit.invoker.calls).toEqual([]);
    await kit.finish(run);
  });

  it('charges the budget for a call whose outcome could not be noted, and makes no other', async () => {
    const kit = new ExecutionKit([ANSWER, ANSWER]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'] });
    kit.journal.failsAt = 'end';

    await expect(kit.executor.complete(run)).rejects.toThrow('outbox is gone');

    expect(kit.invoker.calls).toHaveLength(1);
    expect(run.tally.costNanoUsd).toBe(ANSWER_COST);
  });

  it('makes no call beyond the client’s own limit, but still tries a cheaper model', async () => {
    const kit = new ExecutionKit([{ error: vendorError('timeout') }, ANSWER]);
    const small = kit.target('demo-small').worstCaseNanoUsd;
    const run = await kit.run({
      models: ['demo-small', 'demo-premium', 'demo-small'],
      ceilingNanoUsd: small + 10_000n,
    });

    await kit.executor.complete(run);

    expect(kit.invoker.calls.map((call) => call.model)).toEqual(['demo-small', 'demo-small']);
    await kit.finish(run);
  });

  it('ends with the vendor’s failure when the client’s limit has no room for another call', async () => {
    const kit = new ExecutionKit([{ error: vendorError('timeout') }, ANSWER]);
    const small = kit.target('demo-small').worstCaseNanoUsd;
    const run = await kit.run({ models: ['demo-small', 'demo-small'], ceilingNanoUsd: small + 9_999n });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'timeout' });

    expect(kit.invoker.calls).toHaveLength(1);
    await kit.finish(run);
  });

  it('makes no call that the budget does not cover', async () => {
    const kit = new ExecutionKit([{ error: vendorError('timeout') }, ANSWER], {
      DEFAULT_DAILY_BUDGET: '0.0005',
    });
    const run = await kit.run({ models: ['demo-small', 'demo-small'] });
    await kit.cost.hold(500_000n - run.hold.amountNanoUsd - 9_999n);

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ kind: 'timeout' });

    expect(kit.invoker.calls).toHaveLength(1);
    expect(run.hold.amountNanoUsd).toBe(0n);
  });

  it('says that no budget is left when not even the first call fits', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run({ ceilingNanoUsd: 1n });

    await expect(kit.executor.complete(run)).rejects.toMatchObject({ code: 'no_provider_available' });

    await kit.finish(run);
  });
});

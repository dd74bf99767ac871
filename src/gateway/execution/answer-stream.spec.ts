import {
  collect,
  ExecutionKit,
  usage,
  vendorError,
  type VendorTurn,
} from '../../../test/support/execution-kit';

const ANSWER: VendorTurn = { text: 'Hello', usage: usage(100, 50) };
/** 100 input at $0.1 and 50 output at $0.4 per million. */
const ANSWER_COST = 30_000n;

describe('AnswerStream of PlanExecutor.open', () => {
  async function drain(kit: ExecutionKit, run: Awaited<ReturnType<ExecutionKit['run']>>) {
    const answer = await kit.executor.open(run);
    const events = await collect(answer);
    return { answer, events };
  }

  it('passes on every event in order and books before the iteration ends', async () => {
    const kit = new ExecutionKit([{ text: 'abc', usage: usage(100, 50) }]);
    const run = await kit.run();

    const { answer, events } = await drain(kit, run);

    expect(events.map((event) => (event.type === 'text' ? event.text : event.type))).toEqual([
      ...['start', 'a', 'b', 'c', 'usage', 'finish'],
    ]);
    expect(answer.receipt).toMatchObject({ costNanoUsd: ANSWER_COST, costSource: 'exact' });
    expect(kit.journal.outcomes).toMatchObject([
      { status: 'success', first_token_ms: expect.any(Number) as number },
    ]);
    await kit.finish(run);
  });

  it('moves on while nothing of an answer has been seen', async () => {
    const kit = new ExecutionKit([
      { text: '', breaksWith: vendorError('timeout') },
      { text: 'ok', usage: usage(1, 1) },
    ]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'] });

    const { answer } = await drain(kit, run);

    expect(answer.target.card.model).toBe('demo-balanced');
    expect(kit.journal.outcomes).toMatchObject([
      { status: 'error', error_code: 'timeout', cost_nano_usd: '10000' },
      { status: 'success' },
    ]);
    await kit.finish(run);
  });

  it('fails when the vendor breaks off later, books what was delivered, and calls nobody else', async () => {
    const kit = new ExecutionKit([{ text: 'abc', breaksWith: vendorError('connection') }, ANSWER]);
    const run = await kit.run({ models: ['demo-small', 'demo-balanced'] });

    await expect(drain(kit, run)).rejects.toMatchObject({ kind: 'connection' });

    expect(kit.journal.outcomes).toMatchObject([
      { status: 'error', error_code: 'connection', cost_source: 'estimated', usage: { outputText: 3 } },
    ]);
    await kit.finish(run);
  });

  it.each([1, 2, 4, 5])(
    'cancels the call and books it once when the consumer leaves at event %d',
    async (stopAt) => {
      const kit = new ExecutionKit([{ text: 'abcdef', usage: usage(100, 50) }]);
      const run = await kit.run();
      let seen = 0;

      for await (const _ of await kit.executor.open(run)) {
        if (++seen === stopAt) break;
      }

      expect(kit.invoker.cancelled).toBe(1);
      expect(kit.journal.outcomes).toMatchObject([
        { status: 'aborted', error_code: 'client_left', cost_source: 'estimated' },
      ]);
      await kit.finish(run);
    },
  );

  it('books the vendor’s usage when the consumer leaves after it came', async () => {
    const kit = new ExecutionKit([{ text: 'a', usage: usage(100, 50) }]);
    const run = await kit.run();

    for await (const event of await kit.executor.open(run)) {
      if (event.type === 'usage') break;
    }

    expect(kit.journal.outcomes).toMatchObject([
      { status: 'aborted', cost_source: 'exact', cost_nano_usd: '30000' },
    ]);
    await kit.finish(run);
  });

  it('books once when the consumer fails', async () => {
    const kit = new ExecutionKit([{ text: 'abc' }]);
    const run = await kit.run();

    const consuming = (async () => {
      for await (const event of await kit.executor.open(run)) {
        if (event.type === 'text') throw new Error('cannot write');
      }
    })();

    await expect(consuming).rejects.toThrow('cannot write');
    await kit.finish(run);
  });

  it('books once even if the call cannot be cancelled', async () => {
    const kit = new ExecutionKit([{ text: 'abc' }]);
    kit.invoker.failsToCancel = true;
    const run = await kit.run();

    for await (const _ of await kit.executor.open(run)) break;

    await kit.finish(run);
  });

  it('books an answer during which the client left as aborted', async () => {
    const leaving = new AbortController();
    const kit = new ExecutionKit([{ text: 'abc', stalls: true }]);
    const run = await kit.run({ signal: leaving.signal });

    const draining = drain(kit, run);
    setTimeout(() => leaving.abort(), 5);

    await expect(draining).rejects.toMatchObject({ kind: 'aborted' });
    expect(kit.journal.outcomes).toMatchObject([{ status: 'aborted', error_code: 'client_left' }]);
    await kit.finish(run);
  });

  it('books a call during which the client left before anything came', async () => {
    const leaving = new AbortController();
    const kit = new ExecutionKit([{ hang: true }]);
    const run = await kit.run({ signal: leaving.signal });

    const opening = kit.executor.open(run);
    setTimeout(() => leaving.abort(), 5);

    await expect(opening).rejects.toMatchObject({ kind: 'aborted' });
    await kit.finish(run);
  });

  it('makes no call that could not be noted', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run();
    kit.journal.failsAt = 'begin';

    await expect(kit.executor.open(run)).rejects.toThrow('outbox is full');

    expect(kit.invoker.calls).toEqual([]);
  });

  it('fails, and charges the budget, when the outcome cannot be noted', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run();
    const answer = await kit.executor.open(run);
    kit.journal.failsAt = 'end';

    await expect(collect(answer)).rejects.toThrow('outbox is gone');

    expect(answer.receipt).toBeUndefined();
    expect(run.tally.costNanoUsd).toBe(ANSWER_COST);
  });

  it('cannot be read, and so booked, a second time', async () => {
    const kit = new ExecutionKit([ANSWER]);
    const run = await kit.run();
    const { answer } = await drain(kit, run);

    await expect(collect(answer)).rejects.toThrow('read once');

    await kit.finish(run);
  });
});

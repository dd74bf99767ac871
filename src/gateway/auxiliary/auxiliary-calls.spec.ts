import { ExecutionKit, usage, vendorError, type VendorTurn } from '../../../test/support/execution-kit';
import { AuxiliaryCalls, type AuxiliaryOutcome } from './auxiliary-calls';

interface Fixture {
  readonly kit: ExecutionKit;
  readonly calls: AuxiliaryCalls;
  readonly make: (timeoutMs?: number, signal?: AbortSignal) => Promise<AuxiliaryOutcome<string>>;
}

async function fixture(
  turns: readonly VendorTurn[],
  settings: Readonly<Record<string, string>> = { DEFAULT_DAILY_BUDGET: '10' },
): Promise<Fixture> {
  const kit = new ExecutionKit(turns, settings);
  const calls = new AuxiliaryCalls(kit.cost.admission);
  const run = await kit.run();
  await kit.cost.admission.settle(run.hold, { costNanoUsd: 0n, tokens: 0 });
  const make = (timeoutMs = 60_000, signal = run.signal) =>
    calls.make({
      run: { ...run, purpose: 'classifier' },
      timeoutMs,
      signal,
      call: async (terms) =>
        (await kit.executor.complete({ ...run, ...terms, purpose: 'classifier' })).result.model,
    });
  return { kit, calls, make };
}

describe('AuxiliaryCalls', () => {
  it('books the call under its purpose, and the hold is gone when it has answered', async () => {
    const { kit, make } = await fixture([{ usage: usage(100, 3) }]);

    const outcome = await make();

    expect(outcome).toMatchObject({ kind: 'answered', value: 'demo-small' });
    expect(kit.journal.outcomes).toMatchObject([{ purpose: 'classifier', status: 'success' }]);
    expect(outcome.kind === 'answered' && outcome.costNanoUsd).toBe(kit.journal.cost);
    expect(kit.journal.cost).toBeGreaterThan(0n);
    await expect(kit.cost.daily()).resolves.toEqual({ spent: kit.journal.cost, held: 0n });
  });

  it('calls nobody when no budget covers it', async () => {
    const { kit, make } = await fixture([], { DEFAULT_DAILY_BUDGET: '0.0005' });
    await kit.cost.hold(400_000n);

    await expect(make()).resolves.toEqual({ kind: 'no_budget' });
    expect(kit.invoker.calls).toEqual([]);
  });

  it('answers late at the deadline, cancels the call, and books it while the decision goes on', async () => {
    const { kit, calls, make } = await fixture([{ hang: true }]);

    await expect(make(20)).resolves.toEqual({ kind: 'late' });
    await calls.drained();

    expect(kit.journal.outcomes).toMatchObject([{ status: 'aborted', cost_source: 'estimated' }]);
    await expect(kit.cost.daily()).resolves.toEqual({ spent: kit.journal.cost, held: 0n });
  });

  it('does not wait for a vendor that ignores the deadline', async () => {
    const { kit, calls, make } = await fixture([{ afterMs: 400, usage: usage(100, 3) }]);

    await expect(make(20)).resolves.toEqual({ kind: 'late' });
    expect(kit.journal.outcomes).toEqual([]);
    await calls.drained();

    expect(kit.journal.outcomes).toMatchObject([{ status: 'aborted', cost_source: 'exact' }]);
    await expect(kit.cost.daily()).resolves.toEqual({ spent: kit.journal.cost, held: 0n });
  });

  it('fails without failing the request, and gives back what it held', async () => {
    const { kit, make } = await fixture([{ error: vendorError('bad_request', { mayHaveBilled: false }) }]);

    await expect(make()).resolves.toEqual({ kind: 'failed' });
    await expect(kit.cost.daily()).resolves.toEqual({ spent: 0n, held: 0n });
  });

  it('calls nobody for a client that has left', async () => {
    const { kit, calls, make } = await fixture([]);

    await expect(make(60_000, AbortSignal.abort())).resolves.toEqual({ kind: 'late' });
    await calls.drained();

    expect(kit.invoker.calls).toEqual([]);
    await expect(kit.cost.daily()).resolves.toEqual({ spent: 0n, held: 0n });
  });
});

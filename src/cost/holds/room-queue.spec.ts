import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../common/app-error';
import { caller, CostKit } from '../../../test/support/cost-kit';
import type { AdmissionOutcome } from './budget-admission';
import type { RequestHold } from './request-hold';

const USD = 1_000_000_000n;
const STAYS = new AbortController().signal;

/** Ten dollars a day and requests that wait for up to this long. */
function fixture(waitMs = 2_000) {
  const kit = new CostKit({ DEFAULT_DAILY_BUDGET: '10', BUDGET_WAIT_MS: String(waitMs) });
  const arrive = async (amount: bigint, signal = STAYS): Promise<RequestHold | AppError> => {
    const request = kit.request(amount);
    const outcome: AdmissionOutcome = await kit.admission.admit(request);
    return outcome.kind === 'admitted' ? outcome.hold : kit.admission.admitLater(request, outcome, signal);
  };
  const end = (hold: RequestHold | AppError, costNanoUsd: bigint) => {
    if (hold instanceof AppError) throw hold;
    return kit.admission.settle(hold, { costNanoUsd, tokens: 1 });
  };
  return { kit, arrive, end };
}

describe('waiting for room in a budget', () => {
  it('ends with room as soon as a running request gives back enough', async () => {
    const { kit, arrive, end } = fixture();
    const first = await arrive(8n * USD);
    const second = arrive(5n * USD);
    await sleep(20);

    await end(first, USD);
    const before = performance.now();
    const hold = await second;

    expect(performance.now() - before).toBeLessThan(500);
    expect(hold).not.toBeInstanceOf(AppError);
    await expect(kit.daily()).resolves.toEqual({ spent: USD, held: 5n * USD });
    expect(kit.audited).toEqual([]);
  });

  it('is refused at once when what is spent leaves no room even without the running requests', async () => {
    const { kit, arrive, end } = fixture(60_000);
    await end(await arrive(8n * USD), 8n * USD);
    await arrive(USD);

    await expect(arrive(3n * USD)).resolves.toMatchObject({
      code: 'insufficient_budget',
      details: { spent: 8, held: 1, estimate: 3 },
    });
    expect(kit.audited).toMatchObject([
      { action: 'budget.block', outcome: 'denied', organizationId: 'org_1', details: { spent: 8 } },
    ]);
  });

  it('ends with 402 after the time for it, and tells the figures of the end', async () => {
    const { arrive } = fixture(60);
    await arrive(8n * USD);

    await expect(arrive(3n * USD)).resolves.toMatchObject({ details: { spent: 0, held: 8, estimate: 3 } });
  });

  it('does not happen when it is switched off', async () => {
    const { arrive } = fixture(0);
    await arrive(8n * USD);
    const before = performance.now();

    await expect(arrive(3n * USD)).resolves.toBeInstanceOf(AppError);
    expect(performance.now() - before).toBeLessThan(40);
  });

  it('is first come, first served, also against later requests that are smaller', async () => {
    const { arrive, end } = fixture();
    const running = await arrive(8n * USD);
    const order: string[] = [];
    const large = arrive(9n * USD).then((hold) => (order.push('large'), hold));
    await sleep(10);
    const small = arrive(USD).then((hold) => (order.push('small'), hold));
    await sleep(60);
    expect(order).toEqual([]);

    await end(running, 0n);
    await Promise.all([large, small]);

    expect(order).toEqual(['large', 'small']);
  });

  it('never refuses somebody who fits because of those ahead', async () => {
    const { arrive } = fixture(80);
    await arrive(8n * USD);
    const large = arrive(9n * USD);
    await sleep(10);

    await expect(arrive(USD)).resolves.not.toBeInstanceOf(AppError);
    await expect(large).resolves.toBeInstanceOf(AppError);
  });

  it('ends when the client leaves, and what it may have got meanwhile is given back', async () => {
    const { kit, arrive, end } = fixture();
    const running = await arrive(8n * USD);
    const client = new AbortController();
    const waiting = arrive(5n * USD, client.signal);
    await sleep(10);
    client.abort();
    await waiting;

    await end(running, 0n);
    await sleep(60);

    await expect(kit.daily()).resolves.toEqual({ spent: 0n, held: 0n });
  });

  it('finds room that others have made without telling', async () => {
    const { kit, arrive } = fixture();
    const running = await arrive(8n * USD);
    const waiting = arrive(5n * USD);
    await sleep(10);
    if (running instanceof AppError) throw running;

    await running.settle({ costNanoUsd: 0n, tokens: 0 });

    await expect(waiting).resolves.not.toBeInstanceOf(AppError);
    await expect(kit.daily()).resolves.toMatchObject({ held: 5n * USD });
  });

  it('leaves other users alone', async () => {
    const { kit, arrive } = fixture();
    await arrive(8n * USD);
    void arrive(9n * USD);
    await sleep(10);

    const other = await kit.admission.admit(kit.request(USD, { caller: caller({ userId: 'usr_2' }) }));

    expect(other.kind).toBe('admitted');
  });

  it('uses at least nine tenths of a budget when requests cost a small part of their worst case', async () => {
    const { kit, arrive, end } = fixture();
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_unused, index) => {
        const hold = await arrive(USD / 2n);
        if (hold instanceof AppError) return 'refused';
        await sleep(index % 7);
        const { spent, held } = await kit.daily();
        expect(spent + held).toBeLessThanOrEqual(10n * USD);
        await end(hold, USD / 10n);
        return 'admitted';
      }),
    );

    const { spent, held } = await kit.daily();
    expect(held).toBe(0n);
    expect(spent).toBeGreaterThanOrEqual(9n * USD);
    expect(spent).toBeLessThanOrEqual(10n * USD);
    expect(answers).toContain('refused');
  });
});

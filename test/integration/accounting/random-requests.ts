import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../src/common/app-error';
import { newId } from '../../../src/common/ids';
import type { BudgetTarget } from '../../../src/cost/budgets/budget';
import type { RequestHold, Taken } from '../../../src/cost/holds/request-hold';
import { callersOf, MODELS, type AccountingKit } from './accounting-kit';
import type { SeededRandom } from './seeded-random';

/** What is noted on the way of a request, in the order in which it happens; amounts in nano-USD as text. */
export type Note =
  | { readonly kind: 'hold'; readonly holdId: string; readonly userId: string; readonly target: BudgetTarget }
  | {
      readonly kind: 'intent' | 'outcome';
      readonly attemptId: string;
      readonly holdId: string;
      readonly userId: string;
      readonly target: BudgetTarget;
      readonly cost: string;
      readonly source: 'exact' | 'estimated';
    }
  /** What the vendor charges for a call, whether we learn of it or not. */
  | { readonly kind: 'bill'; readonly attemptId: string; readonly cost: string };

export interface Fate {
  readonly organizationId: string;
  readonly random: SeededRandom;
  readonly note: (note: Note) => void;
  /** Per cent of requests whose process dies at a point on the way. */
  readonly deaths: number;
}

const MILLI_USD = 1_000_000n;
const STAYS = new AbortController().signal;
const DEAD = Symbol('dead');

/** One request with random caller, models, worst case, faults and end. `refused`, `answered` or `died`. */
export async function randomRequest(
  kit: AccountingKit,
  fate: Fate,
): Promise<'refused' | 'answered' | 'died'> {
  const { random, organizationId } = fate;
  const who = random.pick(callersOf(organizationId));
  const amount = (): bigint => BigInt(1 + random.integer(300)) * MILLI_USD + BigInt(random.integer(999));
  const target = random.pick(MODELS);
  const worst = amount();
  const wish = { requestId: newId('req'), caller: who, target, worstCaseNanoUsd: worst, worstCaseTokens: 10 };
  await sleep(random.integer(15));
  const leaves = random.chance(10) ? AbortSignal.timeout(1 + random.integer(30)) : STAYS;
  const first = await kit.admission.admit(wish);
  const hold = first.kind === 'admitted' ? first.hold : await kit.admission.admitLater(wish, first, leaves);
  if (hold instanceof AppError) return 'refused';
  fate.note({ kind: 'hold', holdId: hold.holdId, userId: who.userId, target });
  const taken = await attempts({ kit, fate, hold, userId: who.userId }, { target, worst, amount });
  if (taken === DEAD) return 'died';
  const lastHoldId = hold.holdId;
  await kit.admission.settle(hold, taken);
  for (let repeat = random.integer(3); repeat > 0; repeat--) {
    const again = { organizationId, holdId: lastHoldId, actualNanoUsd: amount(), actualTokens: 1 };
    const outcome = await kit.store.settle(again);
    if (outcome !== 'already') throw new Error(`a repeated settle was ${outcome}`);
  }
  return 'answered';
}

interface Running {
  readonly kit: AccountingKit;
  readonly fate: Fate;
  readonly hold: RequestHold;
  readonly userId: string;
}

interface FirstCall {
  readonly target: BudgetTarget;
  readonly worst: bigint;
  readonly amount: () => bigint;
}

async function attempts(
  { kit, fate, hold, userId }: Running,
  first: FirstCall,
): Promise<Taken | typeof DEAD> {
  const { random } = fate;
  let taken: Taken = { costNanoUsd: 0n, tokens: 0 };
  let { target, worst } = first;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const call = { target, amountNanoUsd: worst, tokens: 10 };
    if (!(await kit.admission.reserveNext(hold, call, taken))) return taken;
    fate.note({ kind: 'hold', holdId: hold.holdId, userId, target });
    const about = { attemptId: newId('att'), holdId: hold.holdId, userId, target };
    if (random.chance(fate.deaths)) return DEAD;
    fate.note({ kind: 'intent', ...about, cost: worst.toString(), source: 'estimated' });
    const { cost, source, again } = vendorAnswer(fate, about.attemptId, worst);
    await sleep(random.integer(6));
    if (random.chance(fate.deaths)) return DEAD;
    fate.note({ kind: 'outcome', ...about, cost: cost.toString(), source });
    taken = { costNanoUsd: taken.costNanoUsd + cost, tokens: taken.tokens + 3 };
    if (random.chance(fate.deaths)) return DEAD;
    if (!again) return taken;
    target = random.pick(MODELS);
    worst = first.amount();
  }
  return taken;
}

/** Success with usage; failure that costs nothing; timeout, cut or abort whose cost is estimated within the worst case. */
function vendorAnswer(
  { random, note }: Fate,
  attemptId: string,
  worst: bigint,
): { cost: bigint; source: 'exact' | 'estimated'; again: boolean } {
  const share = (): bigint => (worst * BigInt(random.integer(101))) / 100n;
  const billed = share();
  if (random.chance(20)) {
    note({ kind: 'bill', attemptId, cost: '0' });
    return { cost: 0n, source: 'exact', again: true };
  }
  note({ kind: 'bill', attemptId, cost: billed.toString() });
  if (random.chance(25)) return { cost: share(), source: 'estimated', again: random.chance(50) };
  return { cost: billed, source: 'exact', again: false };
}

import { keyOfCard, type Candidate } from '../candidate';
import type { CandidateScore } from '../route-plan';

/** The first answer and up to three stand-ins. */
const MAX_STEPS = 4;

/**
 * Who is tried. The first stand-in comes from another provider when there is one: an outage rarely
 * stops at one model. Looks for the few that are needed instead of sorting all.
 */
export function pickSteps(
  candidates: readonly Candidate[],
  scores: readonly CandidateScore[],
  fallback: number | undefined,
): Candidate[] {
  const taken: number[] = [];
  const first = fallback ?? bestOf(candidates, scores, { taken });
  if (first === undefined) return [];
  taken.push(first);
  const elsewhere = bestOf(candidates, scores, { taken, notFrom: candidates[first]?.card.provider });
  if (elsewhere !== undefined) taken.push(elsewhere);
  while (taken.length < MAX_STEPS) {
    const next = bestOf(candidates, scores, { taken });
    if (next === undefined) break;
    taken.push(next);
  }
  return taken.flatMap((index) => candidates[index] ?? []);
}

/** The best that is not taken; equal scores by lower expected cost, then by name, so that the order never depends on chance. */
function bestOf(
  candidates: readonly Candidate[],
  scores: readonly CandidateScore[],
  { taken, notFrom }: { readonly taken: readonly number[]; readonly notFrom?: string | undefined },
): number | undefined {
  let best: Candidate | undefined;
  let bestIndex: number | undefined;
  let bestTotal = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < candidates.length; i++) {
    const total = scores[i]?.total ?? 0;
    const candidate = candidates[i];
    if (total < bestTotal || !candidate || candidate.card.provider === notFrom || taken.includes(i)) continue;
    if (best && total === bestTotal && compareCandidates(best, candidate) <= 0) continue;
    best = candidate;
    bestIndex = i;
    bestTotal = total;
  }
  return bestIndex;
}

function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.expectedCost !== b.expectedCost) return a.expectedCost < b.expectedCost ? -1 : 1;
  const left = `${keyOfCard(a.card)}@${a.region}`;
  const right = `${keyOfCard(b.card)}@${b.region}`;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

import { keyOfCard, type Candidate } from '../candidate';
import type { RouteInput } from '../route-input';
import type { CandidateScore, RoutePlan } from '../route-plan';
import type { RoutingStrategy } from './routing-strategy';
import { scoreCandidates } from './score-candidates';
import { classifyTask, type Classification, type TaskClass } from './task-class';

/** The first answer and up to three stand-ins. */
const MAX_STEPS = 4;

const CLASS_NAMES: Readonly<Record<TaskClass, string>> = {
  code: 'Code request',
  complex: 'Complex request',
  simple: 'Simple query',
  general: 'General query',
};

const CLASS_TIERS: Readonly<Record<TaskClass, string>> = {
  code: 'a premium model',
  complex: 'a premium model',
  simple: 'a cost-effective model',
  general: 'a balanced model',
};

/**
 * Chooses by what the words of the prompt say: code and complex requests get the best models, simple
 * ones the cheapest, the rest a balanced one, shifted by the objective. Needs nothing but the catalogue
 * and takes microseconds; the right choice when nothing has been learned yet.
 */
export class HeuristicStrategy implements RoutingStrategy {
  readonly name = 'heuristic';

  plan(input: RouteInput): RoutePlan {
    const found = classifyTask(input.features, input.intent);
    const scores = scoreCandidates(input, found.taskClass);
    const fallback = found.taskClass === 'general' ? input.fallback : undefined;
    return {
      steps: pickSteps(input.candidates, scores, fallback),
      strategy: this.name,
      objective: input.objective,
      reason: explain(input, found, fallback !== undefined),
      scores,
    };
  }
}

/**
 * Who is tried. The first stand-in comes from another provider when there is one: an outage rarely
 * stops at one model. Looks for the few that are needed instead of sorting all.
 */
function pickSteps(
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

function explain(input: RouteInput, found: Classification, isFallback: boolean): string {
  const seen = `${CLASS_NAMES[found.taskClass]} (${found.because})`;
  if (isFallback) return `${seen}: the configured default model answers`;
  const choice = input.candidates.length === 1 ? 'the only usable model' : CLASS_TIERS[found.taskClass];
  return `${seen}: ${choice} by objective ${input.objective}`;
}

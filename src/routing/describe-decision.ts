import type { JsonObject } from '../common/json';
import { toUsdNumber } from '../common/money';
import { keyOfCard, type Candidate } from './candidate';
import type { CatalogView } from './catalog-view';
import type { DecisionRecord } from './decision-record';
import type { RouteInput } from './route-input';
import { DEFAULT_PROFILE, type RoutingProfile } from './routing-profile';
import { embedderFailureOf, rejectedOf, toRouteInput } from './unpack-record';

/** A record in words and numbers that people can read: what was seen, who could answer, who could not and why, who was chosen. */
export function describeDecision(
  record: DecisionRecord,
  catalog: CatalogView,
  profile: RoutingProfile = DEFAULT_PROFILE,
): JsonObject {
  const input = toRouteInput(record, catalog, profile);
  const { intent } = input;
  return {
    decision_id: record.id,
    versions: { router: record.v[0], catalog: record.v[1], profile: record.v[2] },
    strategy: record.e,
    objective: record.o,
    requested_model: record.m ?? null,
    intent: {
      label: intent.label,
      confidence: intent.confidence,
      method: intent.method,
      use: intent.use,
      model: intent.model ?? null,
      asked: intent.asked ?? null,
    },
    features: input.features,
    remaining_budget: usdOrNull(input.remainingBudget),
    budget_left: usdOrNull(input.budgetLeft),
    expected_output_tokens: input.expectedOutputTokens,
    predicted_by: record.pv ?? null,
    embedder_failure: embedderFailureOf(record) ?? null,
    candidates: input.candidates.map((candidate, i) => describeCandidate(candidate, scoreAt(record, i))),
    rejected: rejectedOf(record, catalog).map(({ card, region, reason }) => ({
      model: keyOfCard(card),
      region,
      reason,
    })),
    plan: record.n.map((position) => nameAt(input, position)),
    cascade: record.r === undefined ? null : { steps: record.r, wish: input.cascade ?? null },
    propensity: record.q,
    exploration_permille: input.explorationPermille,
    seed: record.z,
  };
}

function describeCandidate(candidate: Candidate, score: JsonObject): JsonObject {
  return {
    model: keyOfCard(candidate.card),
    region: candidate.region,
    predicted_quality: candidate.quality,
    expected_cost: toUsdNumber(candidate.expectedCost),
    expected_cost_nano_usd: candidate.expectedCost.toString(),
    ...(candidate.cacheSaving > 0n && { cache_saving: toUsdNumber(candidate.cacheSaving) }),
    latency_ms: candidate.latencyMs ?? null,
    health: candidate.healthPercent / 100,
    on_probation: candidate.halfOpen,
    score,
  };
}

/** Scores are kept in two digits each. */
function scoreAt({ s: scores }: DecisionRecord, position: number): JsonObject {
  const part = (index: number): number => {
    const start = position * 6 + index * 2;
    return Math.round((Number(scores.slice(start, start + 2)) / 99) * 100) / 100;
  };
  return { quality: part(0), price: part(1), speed: part(2) };
}

function nameAt({ candidates }: RouteInput, position: number): string {
  const candidate = candidates[position];
  return candidate ? `${keyOfCard(candidate.card)}@${candidate.region}` : '?';
}

function usdOrNull(amount: bigint | undefined): number | null {
  return amount === undefined ? null : toUsdNumber(amount);
}

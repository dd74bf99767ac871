import { REJECTION_REASONS, type Candidate, type RejectedOffer } from './candidate';
import { CASCADE_TYPES } from './cascade/cascade-types';
import type { CatalogView } from './catalog-view';
import type { CardRef, DecisionRecord } from './decision-record';
import { unpackFeatures } from './feature-vector';
import {
  INTENT_LABELS,
  INTENT_METHODS,
  INTENT_USES,
  OPINION_OUTCOMES,
  type Intent,
} from './intent/intent-label';
import type { RouteInput } from './route-input';
import type { RoutingProfile } from './routing-profile';
import { EMBEDDER_FAILURES, type EmbedderFailure } from './semantic/embedder-failure';

/** What the engine was given, rebuilt from the record. Throws when the catalogue lacks one of its cards. */
export function toRouteInput(
  record: DecisionRecord,
  catalog: CatalogView,
  profile: RoutingProfile,
): RouteInput {
  return {
    features: unpackFeatures(record.f),
    intent: intentOf(record),
    objective: record.o,
    engine: record.e,
    requestedModel: record.m,
    candidates: candidatesOf(record, catalog),
    fallback: record.d,
    remainingBudget: record.b === undefined ? undefined : BigInt(record.b),
    budgetLeft: record.u === undefined ? undefined : BigInt(record.u),
    cascade: wishOf(record),
    profile,
    explorationPermille: record.y ?? 0,
    seed: record.z,
    expectedOutputTokens: record.t,
    configVersion: record.v[2],
  };
}

function wishOf({ j }: DecisionRecord): RouteInput['cascade'] {
  if (!j) return undefined;
  const [type, quality, confidence, judge] = j;
  return {
    type: CASCADE_TYPES[type] ?? 'balanced',
    qualityThreshold: quality / 1000,
    confidenceThreshold: confidence / 1000,
    judge,
  };
}

function intentOf(record: DecisionRecord): Intent {
  const {
    i: [label, permille, method, use],
    im,
  } = record;
  return {
    label: INTENT_LABELS[label] ?? 'chat_lite',
    confidence: permille / 1000,
    method: INTENT_METHODS[method] ?? 'off',
    use: INTENT_USES[use] ?? 'ignored',
    ...(im !== undefined && { model: im }),
    ...opinionOf(record),
  };
}

function opinionOf({ il }: DecisionRecord): Pick<Intent, 'asked'> {
  if (!il) return {};
  const [label, permille, outcome] = il;
  return {
    asked: {
      label: INTENT_LABELS[label] ?? 'chat_lite',
      confidence: permille / 1000,
      outcome: OPINION_OUTCOMES[outcome] ?? 'failed',
    },
  };
}

function candidatesOf(record: DecisionRecord, catalog: CatalogView): Candidate[] {
  const costs = record.p.split(',');
  const latencies = record.l?.split(',') ?? [];
  return record.c.map((place, i) => ({
    ...qualityOf(record, i),
    ...offerAt([place, Number.parseInt(record.g?.charAt(i) ?? '0', 36)], catalog),
    halfOpen: record.w?.includes(i) ?? false,
    healthPercent: record.h === undefined ? 100 : Number.parseInt(record.h.slice(i * 2, i * 2 + 2), 36),
    latencyMs: (latencies[i] ?? '') === '' ? undefined : Number.parseInt(latencies[i] ?? '', 36),
    expectedCost: fromBase36(costs[i] ?? ''),
    cacheSaving: record.a?.[0] === i ? BigInt(record.a[1]) : 0n,
  }));
}

function qualityOf({ k, kb }: DecisionRecord, i: number): Pick<Candidate, 'quality' | 'prediction'> {
  const shareIn = (text: string): number => Number.parseInt(text.slice(i * 2, i * 2 + 2), 36) / 1000;
  const quality = k === undefined ? 0 : shareIn(k);
  const prediction = kb === undefined ? quality : shareIn(kb);
  return { quality, ...(prediction !== quality && { prediction }) };
}

/** The offers that were ruled out, reason by reason. */
export function rejectedOf(record: DecisionRecord, catalog: CatalogView): RejectedOffer[] {
  const written = Object.keys(record.x ?? {});
  const reasons = [...REJECTION_REASONS].sort((a, b) => written.indexOf(a) - written.indexOf(b));
  return reasons.flatMap((reason) =>
    (record.x?.[reason] ?? []).map((ref) => ({ ...offerAt(ref, catalog), reason })),
  );
}

/** Why the built-in embedder stood in; undefined when it did not. */
export function embedderFailureOf({ ef }: DecisionRecord): EmbedderFailure | undefined {
  return ef === undefined ? undefined : EMBEDDER_FAILURES[ef];
}

function offerAt(ref: CardRef, catalog: CatalogView): Pick<Candidate, 'card' | 'region'> {
  const [place, regionIndex] = typeof ref === 'object' ? ref : [ref, 0];
  const card = catalog.cardAt(place);
  if (!card) throw new Error(`catalogue ${catalog.version} has no card ${place}`);
  return { card, region: card.regions[regionIndex] ?? '' };
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
}

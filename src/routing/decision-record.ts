import { isJsonObject } from '../common/json';
import { keyOfCard, type Candidate, type RejectedOffer, type RejectionReason } from './candidate';
import { CASCADE_TYPES } from './cascade/cascade-types';
import type { CatalogView } from './catalog-view';
import { packFeatures, type PackedFeatures } from './feature-vector';
import {
  INTENT_LABELS,
  INTENT_METHODS,
  INTENT_USES,
  OPINION_OUTCOMES,
  type Intent,
} from './intent/intent-label';
import type { RouteInput } from './route-input';
import type { CandidateScore, RoutePlan } from './route-plan';
import { EMBEDDER_FAILURES, type EmbedderFailure } from './semantic/embedder-failure';

/** Version of features, rules, weights and record layout together; a change of any of them counts it up. */
export const ROUTER_VERSION = 3;

/** Place of a card in the catalogue version's list (or `provider/model` when it is not listed), with the index of its region unless it is the first. */
export type CardRef = number | string | readonly [number | string, number];

/**
 * One routing decision, complete enough to be made again, small enough to be kept: about 1 kB of JSON for
 * 40 candidates. Keys are short because there is one per request; it holds numbers and model names, no prompt text.
 */
export interface DecisionRecord {
  readonly id: string;
  /** Versions: router, catalogue, routing profile. */
  readonly v: readonly [number, string, string];
  /** Engine that was asked. */
  readonly e: string;
  readonly o: RouteInput['objective'];
  /** Model the client named, when it bound the choice; left out when unknown, because then it may be any text. */
  readonly m?: string;
  readonly f: PackedFeatures;
  /** Intent: label, confidence in permille, method, use. */
  readonly i: readonly [number, number, number, number];
  /** Version of the intent model, when one found the label. */
  readonly im?: string;
  /** A language model was asked: label and confidence in permille of the classifier, what came of it. */
  readonly il?: readonly [number, number, number];
  /** Output tokens that costs and times were computed with. */
  readonly t: number;
  /** Remaining budget in nano-USD. */
  readonly b?: string;
  /** Cards of the candidates, in the order in which they were offered. */
  readonly c: readonly (number | string)[];
  /** Region of each as its index on the card, one base-36 digit; absent when all are the first. */
  readonly g?: string;
  /** Expected cost of each in nano-USD, base 36, joined by commas. */
  readonly p: string;
  /** Observed latency of each in ms, base 36, empty when unknown, joined by commas; absent when all are unknown. */
  readonly l?: string;
  /** Health of each in percent, two base-36 digits; absent when all are at 100. */
  readonly h?: string;
  /** Positions under probation of their breaker. */
  readonly w?: readonly number[];
  /** Predicted quality of each in permille, two base-36 digits; absent when all are 0. */
  readonly k?: string;
  /** The same before the tenant's own outcomes were blended in; absent when these changed nothing. */
  readonly kb?: string;
  /** Who predicted the quality: the first digits of the weights' or the embedder's version. */
  readonly pv?: string;
  /** Why the built-in embedder stood in for the configured one. */
  readonly ef?: number;
  /** Position whose prompt cache is warm, and what that saves in nano-USD. */
  readonly a?: readonly [number, string];
  /** Budget left, in nano-USD. */
  readonly u?: string;
  /** How often, in a thousand, exploration puts another step first; absent when never. */
  readonly y?: number;
  /** The cascade that was asked for: type, thresholds in permille, name of the judge. */
  readonly j?: readonly [number, number, number, string?];
  /** How many of the plan's first steps are a cascade; absent when none. */
  readonly r?: number;
  /** Position of the configured default model. */
  readonly d?: number;
  /** Rejected offers by reason. */
  readonly x?: Readonly<Partial<Record<RejectionReason, readonly CardRef[]>>>;
  /** Quality, price and speed score of each candidate, two digits (0–99) each. */
  readonly s: string;
  /** Positions of the plan's steps; empty when nothing could answer. */
  readonly n: readonly number[];
  /** Probability with which this plan was chosen; 1 without exploration. */
  readonly q: number;
  /** Seed of exploration. */
  readonly z: number;
}

export interface Decision {
  readonly id: string;
  readonly input: RouteInput;
  readonly rejected: readonly RejectedOffer[];
  /** Undefined when no candidate was left. */
  readonly plan: RoutePlan | undefined;
  /** Who predicted the quality. */
  readonly predictedBy: string | undefined;
  readonly embedderFailure: EmbedderFailure | undefined;
}

/** True for a record as this version or an earlier one wrote it; the version is for the replay to judge. */
export function isDecisionRecord(value: unknown): value is DecisionRecord {
  if (!isJsonObject(value)) return false;
  const { id, v, c, n, p } = value;
  return (
    typeof id === 'string' &&
    Array.isArray(v) &&
    v.length === 3 &&
    Array.isArray(c) &&
    Array.isArray(n) &&
    typeof p === 'string' &&
    Array.isArray(value['f']) &&
    Array.isArray(value['i'])
  );
}

/** Packs a decision against the catalogue it was made with. */
export function toDecisionRecord(decision: Decision, catalog: CatalogView): DecisionRecord {
  const { input, plan } = decision;
  const { candidates, intent } = input;
  return {
    id: decision.id,
    v: [ROUTER_VERSION, catalog.version, input.configVersion],
    e: input.engine,
    o: input.objective,
    ...(input.requestedModel !== undefined && candidates.length > 0 && { m: input.requestedModel }),
    f: packFeatures(input.features),
    i: [
      INTENT_LABELS.indexOf(intent.label),
      Math.round(intent.confidence * 1000),
      INTENT_METHODS.indexOf(intent.method),
      INTENT_USES.indexOf(intent.use),
    ],
    ...(intent.model !== undefined && { im: intent.model }),
    ...packOpinion(intent),
    t: input.expectedOutputTokens,
    ...(input.remainingBudget !== undefined && { b: input.remainingBudget.toString() }),
    c: candidates.map(({ card }) => placeOf(card, catalog)),
    ...packRegions(candidates),
    p: candidates.map(({ expectedCost }) => expectedCost.toString(36)).join(','),
    ...liveState(candidates),
    ...predictions(candidates),
    ...(decision.predictedBy !== undefined && { pv: decision.predictedBy }),
    ...(decision.embedderFailure !== undefined && {
      ef: EMBEDDER_FAILURES.indexOf(decision.embedderFailure),
    }),
    ...(input.budgetLeft !== undefined && { u: input.budgetLeft.toString() }),
    ...packWish(input.cascade),
    ...(plan?.cascade && { r: plan.cascade.steps.length }),
    ...(input.explorationPermille > 0 && { y: input.explorationPermille }),
    ...(input.fallback !== undefined && { d: input.fallback }),
    ...packRejected(decision.rejected, catalog),
    s: (plan?.scores ?? []).map(packScore).join(''),
    n: (plan?.steps ?? []).map((step) => positionOf(candidates, step)),
    q: plan?.propensity ?? 1,
    z: input.seed,
  };
}

function packOpinion({ asked }: Intent): Pick<DecisionRecord, 'il'> {
  if (!asked) return {};
  const { label, confidence, outcome } = asked;
  return {
    il: [INTENT_LABELS.indexOf(label), Math.round(confidence * 1000), OPINION_OUTCOMES.indexOf(outcome)],
  };
}

function liveState(candidates: readonly Candidate[]): Pick<DecisionRecord, 'l' | 'h' | 'w'> {
  const isMeasured = candidates.some(({ latencyMs }) => latencyMs !== undefined);
  const isIll = candidates.some(({ healthPercent }) => healthPercent < 100);
  const halfOpen = candidates.flatMap((candidate, i) => (candidate.halfOpen ? [i] : []));
  return {
    ...(isMeasured && { l: candidates.map(({ latencyMs }) => latencyMs?.toString(36) ?? '').join(',') }),
    ...(isIll && {
      h: candidates.map(({ healthPercent }) => healthPercent.toString(36).padStart(2, '0')).join(''),
    }),
    ...(halfOpen.length > 0 && { w: halfOpen }),
  };
}

function predictions(candidates: readonly Candidate[]): Pick<DecisionRecord, 'k' | 'kb' | 'a'> {
  const isPredicted = candidates.some(({ quality }) => quality > 0);
  const isBlended = candidates.some(({ prediction }) => prediction !== undefined);
  const warm = candidates.findIndex(({ cacheSaving }) => cacheSaving > 0n);
  return {
    ...(isPredicted && { k: candidates.map(({ quality }) => packShare(quality)).join('') }),
    ...(isBlended && {
      kb: candidates.map(({ quality, prediction = quality }) => packShare(prediction)).join(''),
    }),
    ...(warm >= 0 && { a: [warm, (candidates[warm]?.cacheSaving ?? 0n).toString()] }),
  };
}

function packShare(share: number): string {
  return Math.round(share * 1000)
    .toString(36)
    .padStart(2, '0');
}

function packWish(wish: RouteInput['cascade']): Pick<DecisionRecord, 'j'> {
  if (!wish) return {};
  const type = CASCADE_TYPES.indexOf(wish.type);
  const thresholds = [wish.qualityThreshold, wish.confidenceThreshold].map((share) =>
    Math.round(share * 1000),
  );
  const [quality = 0, confidence = 0] = thresholds;
  return {
    j: wish.judge === undefined ? [type, quality, confidence] : [type, quality, confidence, wish.judge],
  };
}

function packRegions(candidates: readonly Candidate[]): Pick<DecisionRecord, 'g'> {
  const indexes = candidates.map(regionIndexOf);
  return indexes.some((index) => index > 0) ? { g: indexes.map((index) => index.toString(36)).join('') } : {};
}

function packRejected(rejected: readonly RejectedOffer[], catalog: CatalogView): Pick<DecisionRecord, 'x'> {
  if (rejected.length === 0) return {};
  const byReason: Partial<Record<RejectionReason, CardRef[]>> = {};
  for (const offer of rejected) (byReason[offer.reason] ??= []).push(toRef(offer, catalog));
  return { x: byReason };
}

function packScore({ quality, price, speed }: CandidateScore): string {
  return [quality, price, speed].map((part) => String(Math.round(part * 99)).padStart(2, '0')).join('');
}

function toRef(offer: Pick<Candidate, 'card' | 'region'>, catalog: CatalogView): CardRef {
  const place = placeOf(offer.card, catalog);
  const region = regionIndexOf(offer);
  return region === 0 ? place : [place, region];
}

function placeOf(card: Candidate['card'], catalog: CatalogView): number | string {
  return catalog.positionOf(card) ?? keyOfCard(card);
}

function regionIndexOf({ card, region }: Pick<Candidate, 'card' | 'region'>): number {
  return Math.max(card.regions.indexOf(region), 0);
}

/** Plans hold candidates of other arrays with the same content, so identity is not enough. */
function positionOf(candidates: readonly Candidate[], step: Candidate): number {
  return candidates.findIndex(({ card, region }) => card === step.card && region === step.region);
}

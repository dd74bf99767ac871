import type { AccessRules } from '../access/access-rules';
import { coversRegion, permitsModel, permitsRegion } from '../access/access-rules';
import type { ModelCard } from '../catalog/model-card';
import type { NanoUsd } from '../common/money';
import {
  keyOfCard,
  namesOfCard,
  type CacheAffinity,
  type Candidate,
  type Offer,
  type RejectedOffer,
  type RejectionReason,
} from './candidate';
import { missingCapability, type RequestNeeds } from './request-needs';
import { answersTo } from './plan-route';

/** What rules offers out. */
export interface FilterRules {
  /** Set when only this model may answer. */
  readonly onlyModel: string | undefined;
  /** Rules of the tenant, the key and so on; all must permit. */
  readonly modelRules: readonly AccessRules[];
  readonly regionRules: readonly AccessRules[];
  /** The region the request insists on. */
  readonly region: string | undefined;
  readonly needs: RequestNeeds;
  /** Undefined without a budget. */
  readonly remainingBudget: NanoUsd | undefined;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly affinity?: CacheAffinity;
}

export interface FilterResult {
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly RejectedOffer[];
}

/** Sorts offers into candidates and rejected ones, each with the first reason that applies. */
export function filterOffers(offers: readonly Offer[], rules: FilterRules): FilterResult {
  const effective = {
    ...rules,
    region: rules.region?.toLowerCase(),
    modelRules: rules.modelRules.filter(restricts),
    regionRules: rules.regionRules.filter(restricts),
  };
  const candidates: Candidate[] = [];
  const rejected: RejectedOffer[] = [];
  for (const offer of offers) {
    const reason = rejectionOf(offer, effective);
    if (reason !== undefined) rejected.push({ card: offer.card, region: offer.region, reason });
    else candidates.push(toCandidate(offer, rules));
  }
  return { candidates, rejected };
}

function restricts({ allow, deny }: AccessRules): boolean {
  return allow !== undefined || deny.length > 0;
}

function rejectionOf(offer: Offer, rules: FilterRules): RejectionReason | undefined {
  const { card } = offer;
  if (rules.onlyModel !== undefined && !answersTo(offer, rules.onlyModel)) return 'not_requested';
  if (card.retiresOn !== undefined && card.retiresOn < rules.today) return 'retired';
  if (!offer.hasApiKey) return 'no_api_key';
  if (!isModelAllowed(card, rules)) return 'policy_denied';
  if (!isRegionAllowed(offer.region, rules)) return 'region_denied';
  if (missingCapability(card, rules.needs) !== undefined) return 'capability_missing';
  if (rules.needs.inputTokens >= card.contextTokens) return 'context_too_small';
  if (offer.cost === undefined) return 'unpriced';
  if (rules.remainingBudget !== undefined && offer.cost.worstCase > rules.remainingBudget)
    return 'over_budget';
  return offer.breaker === 'open' ? 'circuit_open' : undefined;
}

function isModelAllowed(card: ModelCard, { modelRules }: FilterRules): boolean {
  if (modelRules.length === 0) return true;
  const names = namesOfCard(card);
  return modelRules.every((rule) => permitsModel(rule, names));
}

function isRegionAllowed(written: string, { region: wanted, regionRules }: FilterRules): boolean {
  if (wanted === undefined && regionRules.length === 0) return true;
  const region = written.toLowerCase();
  if (wanted !== undefined && !coversRegion(wanted, region)) return false;
  return regionRules.every((rule) => permitsRegion(rule, region));
}

function toCandidate(offer: Offer, { affinity }: FilterRules): Candidate {
  // By name: the same model with prices of its own is another object.
  const isWarm = affinity?.region === offer.region && keyOfCard(affinity.card) === keyOfCard(offer.card);
  return {
    card: offer.card,
    region: offer.region,
    halfOpen: offer.breaker === 'half_open',
    healthPercent: Math.round(Math.min(Math.max(offer.health, 0), 1) * 100),
    latencyMs:
      offer.latencyMs === undefined ? undefined : Math.min(Math.max(Math.round(offer.latencyMs), 0), 999_999),
    expectedCost: offer.cost?.expected ?? 0n,
    quality: 0,
    cacheSaving: isWarm ? affinity.saving : 0n,
  };
}

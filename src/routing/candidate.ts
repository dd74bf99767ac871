import type { NanoUsd } from '../common/money';
import type { ModelCard } from '../catalog/model-card';

/** State of a provider's circuit breaker for one model. */
export type BreakerState = 'closed' | 'half_open' | 'open';

/** A provider × model card × region as it stands now, before anything is ruled out. Filled by the gateway. */
export interface Offer {
  readonly card: ModelCard;
  /** One of `card.regions`. */
  readonly region: string;
  readonly hasApiKey: boolean;
  readonly breaker: BreakerState;
  /** Share of recent calls that succeeded, 0..1; 1 when nothing is known. */
  readonly health: number;
  /** Observed median time to the first token in milliseconds; undefined until measured. */
  readonly latencyMs: number | undefined;
  /** Undefined when the model has no price today. */
  readonly cost: OfferCost | undefined;
}

export interface OfferCost {
  /** What the call will probably cost; routing compares by it. */
  readonly expected: NanoUsd;
  /** What the call cannot exceed; the budget must have room for it. */
  readonly worstCase: NanoUsd;
}

/** An offer that passed every filter, with its numbers rounded the way the decision record keeps them. */
export interface Candidate {
  readonly card: ModelCard;
  readonly region: string;
  readonly halfOpen: boolean;
  readonly healthPercent: number;
  readonly latencyMs: number | undefined;
  readonly expectedCost: NanoUsd;
  /** Predicted share of good answers to such a request, 0..1 in steps of 0.001. */
  readonly quality: number;
  /** The same before the tenant's own outcomes were blended in; absent when they changed nothing. */
  readonly prediction?: number;
  /** What a warm prompt cache takes off `expectedCost`; 0 where none is known. */
  readonly cacheSaving: NanoUsd;
}

/** Which model holds the beginning of this conversation in its prompt cache, and what that is worth. */
export interface CacheAffinity {
  readonly card: ModelCard;
  readonly region: string;
  readonly saving: NanoUsd;
}

/** Why an offer was ruled out; the first failing check in this order counts. Order is part of the decision record: append only. */
export const REJECTION_REASONS = [
  'not_requested',
  'retired',
  'no_api_key',
  'policy_denied',
  'region_denied',
  'capability_missing',
  'context_too_small',
  'unpriced',
  'over_budget',
  'circuit_open',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

export interface RejectedOffer {
  readonly card: ModelCard;
  readonly region: string;
  readonly reason: RejectionReason;
}

const namesByCard = new WeakMap<ModelCard, readonly string[]>();

/** Every lower-case name under which a model may be asked for, allowed or denied. */
export function namesOfCard(card: ModelCard): readonly string[] {
  let names = namesByCard.get(card);
  if (!names) {
    const ids = [card.model, ...card.aliases].map((id) => id.toLowerCase());
    names = [...ids, ...ids.map((id) => `${card.provider.toLowerCase()}/${id}`)];
    namesByCard.set(card, names);
  }
  return names;
}

/** `provider/model`, as in `x-route-decision`. */
export function keyOfCard(card: ModelCard): string {
  return `${card.provider}/${card.model}`;
}

import { AppError, type ErrorDefinition } from '../common/app-error';
import { keyOfCard, REJECTION_REASONS, type RejectedOffer, type RejectionReason } from './candidate';
import { ROUTING_ERRORS } from './routing.errors';

/** Nothing can answer. `decisive` is the reason of the offers that came closest to answering. */
export interface NoRoute {
  readonly decisive: RejectionReason | 'unknown_model';
  readonly requestedModel: string | undefined;
  readonly rejected: readonly RejectedOffer[];
}

/** Seconds after which a tripped breaker or a missing provider is worth another try. */
const RETRY_AFTER_SECONDS = 5;
/** Longer model names are cut in messages. */
const SHOWN_NAME = 128;
/** At most this many offers are listed one by one. */
const LISTED = 50;

/** The offers that passed most checks decide: an open circuit means "try again", a policy means "never". */
export function toNoRoute(rejected: readonly RejectedOffer[], requestedModel: string | undefined): NoRoute {
  const isUnknown =
    requestedModel !== undefined && rejected.every(({ reason }) => reason === 'not_requested');
  if (isUnknown) return { decisive: 'unknown_model', requestedModel, rejected };
  const furthest = Math.max(0, ...rejected.map(({ reason }) => REJECTION_REASONS.indexOf(reason)));
  return { decisive: REJECTION_REASONS[furthest] ?? 'no_api_key', requestedModel, rejected };
}

interface Answer {
  readonly error: ErrorDefinition;
  readonly text: string;
  readonly policyReason?: string;
  readonly retry?: true;
}

const ANSWERS: Readonly<Record<NoRoute['decisive'], Answer>> = {
  unknown_model: {
    error: ROUTING_ERRORS.modelNotFound,
    text: 'does not exist or you do not have access to it',
  },
  not_requested: { error: ROUTING_ERRORS.noProviderAvailable, text: 'No model can answer', retry: true },
  retired: {
    error: ROUTING_ERRORS.noProviderAvailable,
    text: 'The models that could answer have been retired',
  },
  no_api_key: {
    error: ROUTING_ERRORS.noProviderAvailable,
    text: 'No provider with credentials serves this request',
  },
  policy_denied: {
    error: ROUTING_ERRORS.policyViolation,
    text: 'Request blocked by policy',
    policyReason: 'model_denied',
  },
  region_denied: {
    error: ROUTING_ERRORS.policyViolation,
    text: 'Request blocked by policy',
    policyReason: 'region_denied',
  },
  capability_missing: {
    error: ROUTING_ERRORS.unsupportedParameter,
    text: 'No usable model has the capabilities this request needs',
  },
  context_too_small: {
    error: ROUTING_ERRORS.contextLengthExceeded,
    text: 'The prompt is longer than the context of every usable model',
  },
  unpriced: { error: ROUTING_ERRORS.unpricedModel, text: 'The model has no price and cannot be called' },
  over_budget: {
    error: ROUTING_ERRORS.insufficientBudget,
    text: 'The remaining budget is too small for every usable model',
  },
  circuit_open: {
    error: ROUTING_ERRORS.noProviderAvailable,
    text: 'Every usable provider is failing at the moment',
    retry: true,
  },
};

/** The error a client gets when nothing can answer, with every reason; names only models the caller may know of. */
export function noRouteError(noRoute: NoRoute): AppError {
  const answer = ANSWERS[noRoute.decisive];
  if (noRoute.decisive === 'unknown_model') {
    return new AppError(answer.error, {
      public: `The model '${(noRoute.requestedModel ?? '').slice(0, SHOWN_NAME)}' ${answer.text}`,
      param: 'model',
    });
  }
  return new AppError(answer.error, {
    public: answer.text,
    ...(answer.policyReason === undefined
      ? { details: detailsOf(noRoute.rejected) }
      : {
          details: { reasons: countsOf(noRoute.rejected) },
          extras: { reasons: policyReasonsOf(noRoute.rejected, answer.policyReason) },
        }),
    ...(answer.retry && { retryAfterSeconds: RETRY_AFTER_SECONDS }),
  });
}

function detailsOf(rejected: readonly RejectedOffer[]): Readonly<Record<string, unknown>> {
  const shown = askedOf(rejected)
    .filter(({ reason }) => reason !== 'policy_denied')
    .slice(0, LISTED);
  return {
    reasons: countsOf(rejected),
    candidates: shown.map(({ card, region, reason }) => ({ model: keyOfCard(card), region, reason })),
  };
}

function countsOf(rejected: readonly RejectedOffer[]): Partial<Record<RejectionReason, number>> {
  const counts: Partial<Record<RejectionReason, number>> = {};
  for (const { reason } of askedOf(rejected)) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function askedOf(rejected: readonly RejectedOffer[]): readonly RejectedOffer[] {
  return rejected.filter(({ reason }) => reason !== 'not_requested');
}

/** Everything policy had against the models, what decided first. */
function policyReasonsOf(rejected: readonly RejectedOffer[], decisive: string): readonly string[] {
  const others = rejected.flatMap(({ reason }) => ANSWERS[reason].policyReason ?? []);
  return [...new Set([decisive, ...others])];
}

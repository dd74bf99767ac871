import type { ProviderErrorKind } from '../../llm/provider-error';

/** A gateway in front of the vendor lost an answer that may have been made. */
const LOST_ANSWER_STATUSES: ReadonlySet<number> = new Set([502, 504, 524]);
/** Failures that say that the work was not even begun. */
const REFUSALS: ReadonlySet<ProviderErrorKind> = new Set([
  'bad_request',
  'context_length',
  'authentication',
  'billing',
  'not_found',
  'rate_limit',
  'overloaded',
]);

/** Whether a call that failed with this HTTP status may appear on the vendor's bill. */
export function mayBillStatus(status: number): boolean {
  return LOST_ANSWER_STATUSES.has(status);
}

/** The same for an error under a status of success: `begun` when part of the answer had come before it. */
export function mayBillErrorInAnswer(kind: ProviderErrorKind, progress: 'begun' | 'nothing-yet'): boolean {
  return progress === 'begun' || !REFUSALS.has(kind);
}

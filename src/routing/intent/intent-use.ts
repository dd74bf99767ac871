import type { IntentUse } from './intent-label';

/** The switches of classification, from RoutingConfig. */
export interface IntentSettings {
  readonly enabled: boolean;
  readonly lowConfidence: number;
  readonly minConfidenceForDirect: number;
}

/** Thresholds of the confidence in place of the configured ones. */
export interface IntentThresholds {
  readonly lowConfidence?: number;
  readonly minConfidenceForDirect?: number;
}

/** What a label of this confidence is good for. */
export function useOf(confidence: number, settings: IntentSettings): IntentUse {
  if (confidence < settings.lowConfidence) return 'ignored';
  return confidence >= settings.minConfidenceForDirect ? 'steers' : 'hint';
}

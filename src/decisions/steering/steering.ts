import { isJsonObject } from '../../common/json';
import type { Weighted } from './split-traffic';

/** A model that takes a share of an alias's traffic; `auto` leaves the choice to the router. */
export interface AliasTarget extends Weighted {
  readonly model: string;
}

export interface ModelAlias {
  readonly name: string;
  readonly targets: readonly AliasTarget[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Who stays on a side of an experiment. */
export const SPLITS = ['user', 'api_key', 'session', 'request'] as const;
export type Split = (typeof SPLITS)[number];

/** `local`: the classifier alone; `llm`: a language model is asked where it is not sure. */
export const INTENT_STRATEGIES = ['local', 'llm'] as const;
export type IntentStrategy = (typeof INTENT_STRATEGIES)[number];

/** A routing policy that is tried: what it leaves out stays as it is without the experiment. */
export interface Variant extends Weighted {
  readonly name: string;
  /** An engine or an objective, as in `X-Routing-Strategy`. */
  readonly strategy?: string;
  /** The second of the two, when both are to change. */
  readonly objective?: string;
  /** Thresholds of the intent's confidence. */
  readonly intentLowConfidence?: number;
  readonly intentMinConfidenceForDirect?: number;
  /** Who labels requests of which the classifier is not sure. */
  readonly intentClassifier?: IntentStrategy;
}

export interface RoutingExperiment {
  readonly id: string;
  readonly name: string;
  readonly status: 'running' | 'stopped';
  readonly splitBy: Split;
  readonly variants: readonly Variant[];
  readonly startedAt: string;
  readonly stoppedAt: string | null;
}

/** Reads targets as they are stored. */
export function toTargets(value: unknown): readonly AliasTarget[] {
  return listOf(value).flatMap((target) =>
    typeof target['model'] === 'string' && typeof target['weight'] === 'number'
      ? [{ model: target['model'], weight: target['weight'] }]
      : [],
  );
}

/** Reads variants as they are stored. */
export function toVariants(value: unknown): readonly Variant[] {
  return listOf(value).flatMap((variant) =>
    typeof variant['name'] === 'string' && typeof variant['weight'] === 'number'
      ? [
          {
            name: variant['name'],
            weight: variant['weight'],
            strategy: textOf(variant['strategy']),
            objective: textOf(variant['objective']),
            intentLowConfidence: numberOf(variant['intentLowConfidence']),
            intentMinConfidenceForDirect: numberOf(variant['intentMinConfidenceForDirect']),
            intentClassifier: INTENT_STRATEGIES.find((name) => name === variant['intentClassifier']),
          },
        ]
      : [],
  );
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

import type { JsonObject } from '../../common/json';
import type { ParsedRouter } from '../../routing/quality/router-artefact';

/** Where a router came from. */
export type RouterOrigin = 'upload' | 'learned';

/** A router of a tenant, without its weights. */
export interface TrainedRouter {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the artefact; its first eight digits stand in decision records. */
  readonly fingerprint: string;
  readonly origin: RouterOrigin;
  readonly facts: JsonObject;
  readonly verdict: JsonObject | null;
  readonly createdAt: string;
}

/** A router as it is stored. */
export interface NewTrainedRouter extends Omit<TrainedRouter, 'createdAt'> {
  readonly organizationId: string;
  readonly content: string;
  readonly learnedUntil: string | null;
}

/** The router of the newest activation that stands. */
export interface StandingRouter {
  readonly routerId: string;
  readonly learnedUntil: string | undefined;
  /** `YYYY-MM-DD`, UTC. */
  readonly activatedOn: string;
}

/** What a person wants to know of a router. */
export function factsOf({ trainedOn, weights }: ParsedRouter, bytes: number): JsonObject {
  return {
    rows: trainedOn.rows,
    sources: [...trainedOn.sources],
    models: [...new Set([...weights.models.keys(), ...(weights.traits?.keys() ?? [])])].sort(),
    families: weights.families.length,
    bytes,
  };
}

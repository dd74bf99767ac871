import type { NanoUsd } from '../common/money';
import type { CascadeWish } from './cascade/cascade-types';
import type { Candidate } from './candidate';
import type { PromptFeatures } from './features';
import type { Intent } from './intent/intent-label';
import type { Objective } from './objective';
import type { RoutingProfile } from './routing-profile';

/** Everything a strategy decides from. Values only: the same input gives the same plan, today and in a replay. */
export interface RouteInput {
  readonly features: PromptFeatures;
  readonly intent: Intent;
  readonly objective: Objective;
  /** Name of the strategy that is to plan. */
  readonly engine: string;
  /** The model the client insists on; undefined when the choice is free. */
  readonly requestedModel: string | undefined;
  /** Not empty, in the order in which they were offered. */
  readonly candidates: readonly Candidate[];
  /** Position in `candidates` of the model that answers when the engine sees no reason for another one. */
  readonly fallback: number | undefined;
  readonly remainingBudget: NanoUsd | undefined;
  /** What is left of the caller's tightest budget as far as it is known; only weighs, while `remainingBudget` rules out. */
  readonly budgetLeft: NanoUsd | undefined;
  /** The cascade that is asked for; undefined when none is. */
  readonly cascade: CascadeWish | undefined;
  readonly profile: RoutingProfile;
  /** How often, in a thousand, another step of the plan goes first. */
  readonly explorationPermille: number;
  readonly seed: number;
  /** Output tokens the costs were computed with; for the time an answer takes. */
  readonly expectedOutputTokens: number;
  /** Fingerprint of the settings that shaped this input. */
  readonly configVersion: string;
}

import type { RequestFacts } from '../../platform/http/request-facts';
import type { PlanningInput } from '../planning/route-decider';
import type { SteeredChat } from '../steering/traffic-steering';

/** A request that is about to be decided. */
export interface Undecided {
  readonly facts: RequestFacts;
  /** Its policy's request is what may leave the house. */
  readonly input: PlanningInput & Pick<SteeredChat, 'intentClassifier'>;
  readonly decisionId: string;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
}

/** Of what the client wants to spend at most, each call for a decision may cost one in so many parts. */
export const PART_OF_CEILING = 10n;

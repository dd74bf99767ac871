import type { JsonObject } from '../../common/json';

/** What a tenant may decide about learning from its decisions. */
export interface LearningSettings {
  readonly enabled: boolean;
  /** Activate what replay finds better; otherwise only keep it as a proposal. */
  readonly automatic: boolean;
  /** Answers nobody complained about count as good ones. */
  readonly implicitOutcomes: boolean;
  /** Nothing is learned from fewer decisions with an outcome. */
  readonly minOutcomes: number;
}

/** The same with how far it is. */
export interface LearningState extends LearningSettings {
  readonly lastRunAt: string | null;
  readonly lastResult: JsonObject | null;
}

/** What counts for a tenant that has decided nothing. */
export const NO_LEARNING: LearningState = {
  enabled: false,
  automatic: false,
  implicitOutcomes: false,
  minOutcomes: 400,
  lastRunAt: null,
  lastResult: null,
};

/** A tenant whose turn it is. */
export interface DueTenant extends LearningSettings {
  readonly organizationId: string;
  readonly lastDecisionId: string | undefined;
}

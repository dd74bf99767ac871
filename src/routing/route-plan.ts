import type { CascadeType } from './cascade/cascade-types';
import type { Candidate } from './candidate';
import type { Objective } from './objective';

/** The parts of a candidate's score, each 0..1, and their weighted sum. */
export interface CandidateScore {
  readonly quality: number;
  readonly price: number;
  readonly speed: number;
  readonly total: number;
}

/** Models that are asked one after the other until an answer holds. */
export interface CascadePlan {
  readonly type: CascadeType;
  /** Cheap first; the first steps of the plan, at least two. */
  readonly steps: readonly Candidate[];
  /** Score from which on an answer is accepted, and the evidence it needs. */
  readonly qualityThreshold: number;
  readonly confidenceThreshold: number;
  /** Who is asked about answers; undefined when nobody is. */
  readonly judge: Candidate | undefined;
}

/** Who is tried, in this order: the first answers, the others step in when it fails. */
export interface RoutePlan {
  /** At least one. */
  readonly steps: readonly Candidate[];
  /** The engine that made the plan; `direct` when the client named the model. */
  readonly strategy: string;
  readonly objective: Objective;
  /** One sentence for people, without prompt text. */
  readonly reason: string;
  /** Set when the first steps are a cascade: then an answer is checked before it counts. */
  readonly cascade?: CascadePlan;
  /** Probability with which the first step was chosen; absent means 1. */
  readonly propensity?: number;
  /** One per candidate of the input, in its order. */
  readonly scores: readonly CandidateScore[];
}

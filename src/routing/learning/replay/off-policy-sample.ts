/** One logged decision as a candidate policy sees it. */
export interface OffPolicySample {
  /** What the logged choice was worth. */
  readonly outcome: number;
  /** Probability with which the log's policy made its choice; above 0. */
  readonly propensity: number;
  /** Probability with which the candidate policy makes the same choice. */
  readonly probability: number;
  /** What a model of outcomes expected of the logged choice. */
  readonly expectedOfLogged: number;
  /** What it expects of the candidate policy here. */
  readonly expectedOfCandidate: number;
}

/** What the model of outcomes expects of the candidate, corrected by its mistake where the log chose alike. */
export function correctedOutcome(sample: OffPolicySample): number {
  const weight = sample.probability / sample.propensity;
  return sample.expectedOfCandidate + weight * (sample.outcome - sample.expectedOfLogged);
}

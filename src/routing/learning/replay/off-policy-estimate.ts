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

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;

/**
 * Self-normalised inverse propensity score: the mean outcome where both policies agree, each weighted by how much more
 * often the candidate would choose so. Makes no use of the model of outcomes. Interval by the delta method.
 */
export function estimateSnips(samples: readonly OffPolicySample[]): Estimate {
  const total = samples.reduce((sum, sample) => sum + weightOf(sample), 0);
  if (total === 0)
    return { value: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const value = samples.reduce((sum, sample) => sum + weightOf(sample) * sample.outcome, 0) / total;
  const squares = samples.reduce(
    (sum, sample) => sum + (weightOf(sample) * (sample.outcome - value)) ** 2,
    0,
  );
  return interval(value, Math.sqrt(squares) / total);
}

/** Doubly robust: what the model of outcomes expects, corrected by its mistakes where both policies agree. Right when either is. */
export function estimateDoublyRobust(samples: readonly OffPolicySample[]): Estimate {
  return meanOf(samples.map(correctedOutcome));
}

/** How much better the candidate policy is than the one that wrote the log, decision by decision. */
export function estimateDifference(samples: readonly OffPolicySample[]): Estimate {
  return meanOf(samples.map((sample) => correctedOutcome(sample) - sample.outcome));
}

/** The plain mean of what was logged. */
export function estimateLogged(samples: readonly OffPolicySample[]): Estimate {
  return meanOf(samples.map(({ outcome }) => outcome));
}

/** How many decisions of the candidate's own the weighted ones are worth. */
export function effectiveSampleSize(samples: readonly OffPolicySample[]): number {
  let sum = 0;
  let squares = 0;
  for (const sample of samples) {
    const weight = weightOf(sample);
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}

function correctedOutcome(sample: OffPolicySample): number {
  const mistake = sample.outcome - sample.expectedOfLogged;
  return sample.expectedOfCandidate + weightOf(sample) * mistake;
}

function weightOf({ probability, propensity }: OffPolicySample): number {
  return probability / propensity;
}

function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  if (n < 2)
    return { value: values[0] ?? Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return interval(mean, Math.sqrt(variance / n));
}

function interval(value: number, standardError: number): Estimate {
  return { value, low: value - Z * standardError, high: value + Z * standardError };
}

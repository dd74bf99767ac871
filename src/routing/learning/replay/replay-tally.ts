import { correctedOutcome, type OffPolicySample } from './off-policy-sample';

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One logged decision as a candidate policy and the present one see it. */
export interface ReplayedSample extends OffPolicySample {
  /** Share of the candidate's choice that the log's policy would never have made. */
  readonly unsupported: number;
  /** What the present policy chooses here when it does not explore. */
  readonly present: PresentChoice;
}

export interface PresentChoice {
  /** Probability with which it makes the logged choice. */
  readonly probability: number;
  /** What a model of outcomes expects of it here. */
  readonly expected: number;
  /** The candidate chooses something else. */
  readonly differs: boolean;
}

export interface Overlap {
  readonly decisions: number;
  /** How many decisions of the candidate's own the weighted ones are worth. */
  readonly effectiveSampleSize: number;
  /** Mean share of the candidate's choices the log can say nothing about, 0..1. */
  readonly unsupportedShare: number;
  /** Decisions at which the candidate chooses otherwise than the present policy. */
  readonly differing: number;
  /** How many of those were made as the candidate would make them. */
  readonly tried: number;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;

/** Sums from which every estimate follows: a log of any length takes no more memory than one decision. */
export class ReplayTally {
  readonly #logged = new RunningMean();
  readonly #corrected = new RunningMean();
  readonly #difference = new RunningMean();
  #weights = 0;
  #squaredWeights = 0;
  #weighted = 0;
  #squaredWeighted = 0;
  #squaredWeightedOutcomes = 0;
  #unsupported = 0;
  #differing = 0;
  #tried = 0;

  static of(samples: Iterable<ReplayedSample>): ReplayTally {
    const tally = new ReplayTally();
    for (const sample of samples) tally.add(sample);
    return tally;
  }

  add(sample: ReplayedSample): void {
    const { outcome, probability, propensity, present } = sample;
    const weight = probability / propensity;
    this.#weights += weight;
    this.#squaredWeights += weight * weight;
    this.#weighted += weight * outcome;
    this.#squaredWeighted += weight * weight * outcome;
    this.#squaredWeightedOutcomes += weight * weight * outcome * outcome;
    const corrected = correctedOutcome(sample);
    const ofPresent = correctedOutcome({
      ...sample,
      probability: present.probability,
      expectedOfCandidate: present.expected,
    });
    this.#logged.add(outcome);
    this.#corrected.add(corrected);
    this.#difference.add(present.differs ? corrected - ofPresent : 0);
    this.#unsupported += sample.unsupported;
    if (!present.differs) return;
    this.#differing++;
    if (probability > 0) this.#tried++;
  }

  /** The plain mean of what was logged. */
  logged(): Estimate {
    return this.#logged.estimate();
  }

  /**
   * Self-normalised inverse propensity score: the mean outcome where both policies agree, each weighted by how much more
   * often the candidate would choose so. Makes no use of the model of outcomes. Interval by the delta method.
   */
  snips(): Estimate {
    if (this.#weights === 0)
      return { value: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    const value = this.#weighted / this.#weights;
    const squares =
      this.#squaredWeightedOutcomes -
      2 * value * this.#squaredWeighted +
      value * value * this.#squaredWeights;
    return interval(value, Math.sqrt(Math.max(squares, 0)) / this.#weights);
  }

  /** Doubly robust: what the model of outcomes expects, corrected by its mistakes where both policies agree. Right when either is. */
  doublyRobust(): Estimate {
    return this.#corrected.estimate();
  }

  /** How much better the candidate is than the present policy without its exploration, decision by decision, doubly robust. */
  difference(): Estimate {
    return this.#difference.estimate();
  }

  overlap(): Overlap {
    const decisions = this.#logged.count;
    return {
      decisions,
      effectiveSampleSize: this.#squaredWeights === 0 ? 0 : this.#weights ** 2 / this.#squaredWeights,
      unsupportedShare: decisions === 0 ? 1 : this.#unsupported / decisions,
      differing: this.#differing,
      tried: this.#tried,
    };
  }
}

/** Mean and variance in one pass (Welford). */
class RunningMean {
  count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const distance = value - this.#mean;
    this.#mean += distance / this.count;
    this.#squares += distance * (value - this.#mean);
  }

  estimate(): Estimate {
    const n = this.count;
    if (n < 2)
      return {
        value: n === 0 ? Number.NaN : this.#mean,
        low: Number.NEGATIVE_INFINITY,
        high: Number.POSITIVE_INFINITY,
      };
    return interval(this.#mean, Math.sqrt(this.#squares / (n - 1) / n));
  }
}

function interval(value: number, standardError: number): Estimate {
  return { value, low: value - Z * standardError, high: value + Z * standardError };
}

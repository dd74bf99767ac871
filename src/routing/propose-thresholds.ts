/** Outcomes of answers whose intent had a confidence in one tenth. */
export interface BandOutcomes {
  readonly intent: string;
  /** 0 for confidences below 0.1 … 9 from 0.9 on. */
  readonly band: number;
  readonly count: number;
  /** Sum of the scores, 0..count. */
  readonly good: number;
}

/** A threshold as the outcomes suggest it; undefined when they do not say enough. */
export interface ThresholdProposal {
  /** An intent, or `all` for all together. */
  readonly intent: string;
  readonly outcomes: number;
  readonly lowConfidence: number | undefined;
  readonly minConfidenceForDirect: number | undefined;
}

/** A label may steer where this share of outcomes is good, and counts at all where the smaller one is. */
const GOOD_ENOUGH_TO_STEER = 0.8;
const GOOD_ENOUGH_TO_HINT = 0.6;
/** Fewer outcomes than this say nothing. */
const MIN_OUTCOMES = 30;
const BANDS = 10;
/** Of the normal distribution, for a one-sided 90 % bound. */
const Z = 1.2816;

/** Proposes thresholds for every intent and for all together, all of them first. */
export function proposeThresholds(outcomes: readonly BandOutcomes[]): readonly ThresholdProposal[] {
  const known = outcomes.filter(({ band }) => band >= 0 && band < BANDS);
  const intents = [...new Set(known.map(({ intent }) => intent))].sort();
  return [
    proposalFor('all', known),
    ...intents.map((intent) =>
      proposalFor(
        intent,
        known.filter((one) => one.intent === intent),
      ),
    ),
  ];
}

function proposalFor(intent: string, outcomes: readonly BandOutcomes[]): ThresholdProposal {
  return {
    intent,
    outcomes: outcomes.reduce((sum, { count }) => sum + count, 0),
    lowConfidence: lowestFrom(outcomes, GOOD_ENOUGH_TO_HINT),
    minConfidenceForDirect: lowestFrom(outcomes, GOOD_ENOUGH_TO_STEER),
  };
}

/**
 * The lowest confidence from which on each tenth that has outcomes is, with 90 % certainty over all tenths above, good enough.
 * Going down stops at the first tenth that is clearly worse, so that a good top cannot hide a bad bottom.
 */
function lowestFrom(outcomes: readonly BandOutcomes[], wanted: number): number | undefined {
  let count = 0;
  let good = 0;
  let lowest: number | undefined;
  for (let band = BANDS - 1; band >= 0; band--) {
    const inBand = outcomes.filter((one) => one.band === band);
    const bandCount = inBand.reduce((sum, one) => sum + one.count, 0);
    const bandGood = inBand.reduce((sum, one) => sum + one.good, 0);
    if (bandCount >= MIN_OUTCOMES && bandGood / bandCount < wanted) break;
    count += bandCount;
    good += bandGood;
    if (bandCount > 0 && count >= MIN_OUTCOMES && lowerBound(good, count) >= wanted) lowest = band / BANDS;
  }
  return lowest;
}

/** Wilson's lower bound of a share. */
function lowerBound(good: number, count: number): number {
  const share = good / count;
  const spread = Z * Math.sqrt((share * (1 - share) + (Z * Z) / (4 * count)) / count);
  return (share + (Z * Z) / (2 * count) - spread) / (1 + (Z * Z) / count);
}

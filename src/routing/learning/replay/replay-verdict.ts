import {
  effectiveSampleSize,
  estimateDifference,
  type Estimate,
  type OffPolicySample,
} from './off-policy-estimate';

/** A sample and whether the log could have shown what the candidate does there. */
export interface ReplayedSample extends OffPolicySample {
  /** Share of the candidate's choice that the log's policy would never have made. */
  readonly unsupported: number;
}

export interface Overlap {
  readonly decisions: number;
  readonly effectiveSampleSize: number;
  /** Mean share of the candidate's choices the log can say nothing about, 0..1. */
  readonly unsupportedShare: number;
}

export type Verdict =
  | { readonly kind: 'better' | 'worse' | 'undecided'; readonly difference: Estimate }
  | { readonly kind: 'refused'; readonly because: string };

const FEWEST_DECISIONS = 100;
const SMALLEST_EFFECTIVE_SIZE = 50;
const LARGEST_UNSUPPORTED_SHARE = 0.05;

export function overlapOf(samples: readonly ReplayedSample[]): Overlap {
  const unsupported = samples.reduce((sum, sample) => sum + sample.unsupported, 0);
  return {
    decisions: samples.length,
    effectiveSampleSize: effectiveSampleSize(samples),
    unsupportedShare: samples.length === 0 ? 1 : unsupported / samples.length,
  };
}

/**
 * Whether the candidate policy is better than the logged one. Refuses where the log does not overlap enough with what the
 * candidate does: a log without exploration shows only its own choices, and no arithmetic makes up for what was not tried.
 */
export function judgeReplay(samples: readonly ReplayedSample[]): Verdict {
  const { decisions, unsupportedShare, effectiveSampleSize: size } = overlapOf(samples);
  if (decisions < FEWEST_DECISIONS)
    return refuse(
      `${String(decisions)} decisions with an outcome are too few (at least ${String(FEWEST_DECISIONS)})`,
    );
  if (unsupportedShare > LARGEST_UNSUPPORTED_SHARE)
    return refuse(
      `${(unsupportedShare * 100).toFixed(1)} % of the candidate's choices were never tried under the logged policy (at most ${String(LARGEST_UNSUPPORTED_SHARE * 100)} %); turn exploration on and wait`,
    );
  if (size < SMALLEST_EFFECTIVE_SIZE)
    return refuse(
      `the log is worth only ${size.toFixed(0)} decisions of the candidate's own (at least ${String(SMALLEST_EFFECTIVE_SIZE)})`,
    );
  const difference = estimateDifference(samples);
  if (difference.low > 0) return { kind: 'better', difference };
  return { kind: difference.high < 0 ? 'worse' : 'undecided', difference };
}

function refuse(because: string): Verdict {
  return { kind: 'refused', because };
}

import type { Estimate, ReplayTally } from './replay-tally';

export type Verdict =
  | { readonly kind: 'better' | 'worse' | 'undecided'; readonly difference: Estimate }
  | { readonly kind: 'refused'; readonly because: string };

const FEWEST_DECISIONS = 100;
const SMALLEST_EFFECTIVE_SIZE = 50;
const LARGEST_UNSUPPORTED_SHARE = 0.05;
/** Of the decisions the candidate would make otherwise, so many must have been made so. */
const FEWEST_TRIED = 30;

/**
 * Whether the candidate policy is better than the present one. Refuses where the log does not overlap enough with what the
 * candidate does: a log without exploration shows only its own choices, and no arithmetic makes up for what was not tried.
 */
export function judgeReplay(tally: ReplayTally): Verdict {
  const { decisions, unsupportedShare, effectiveSampleSize: size, differing, tried } = tally.overlap();
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
  if (differing > 0 && tried < FEWEST_TRIED)
    return refuse(
      `of ${String(differing)} decisions the candidate would make otherwise only ${String(tried)} were made so (at least ${String(FEWEST_TRIED)})`,
    );
  const difference = tally.difference();
  if (difference.low > 0) return { kind: 'better', difference };
  return { kind: difference.high < 0 ? 'worse' : 'undecided', difference };
}

function refuse(because: string): Verdict {
  return { kind: 'refused', because };
}

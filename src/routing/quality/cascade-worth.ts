/** What is known of asking a weak model first. Costs in one unit of your choice. */
export interface CascadeTerms {
  readonly weakCost: number;
  readonly verifierCost: number;
  readonly strongCost: number;
  /** Predicted share of good answers. */
  readonly weakQuality: number;
  readonly strongQuality: number;
}

/** Trying and checking may cost this share of the strong answer; above it too many escalations pay twice. */
const LARGEST_COST_SHARE = 0.15;
/** The weak model must be good for at least this share of the strong one's quality. */
const SMALLEST_QUALITY_SHARE = 0.5;

export type CascadeVerdict =
  { readonly worthwhile: true } | { readonly worthwhile: false; readonly because: string };

/** Whether it pays to ask the weak model first, and if not, why. */
export function judgeCascade(terms: CascadeTerms): CascadeVerdict {
  const share = (terms.weakCost + terms.verifierCost) / terms.strongCost;
  if (!(share <= LARGEST_COST_SHARE))
    return {
      worthwhile: false,
      because: `trying and checking costs ${percent(share)} of the strong answer (at most ${percent(LARGEST_COST_SHARE)})`,
    };
  const ratio = terms.weakQuality / terms.strongQuality;
  if (ratio < SMALLEST_QUALITY_SHARE)
    return {
      worthwhile: false,
      because: `the weak model reaches ${percent(ratio)} of the strong one's quality (at least ${percent(SMALLEST_QUALITY_SHARE)})`,
    };
  return { worthwhile: true };
}

/**
 * What escalating is expected to gain: the strong model's chance minus the weak answer's after the verifier spoke.
 * `evidence` is the verifier's log likelihood ratio of good against bad.
 */
export function expectedGain(weakQuality: number, strongQuality: number, evidence: number): number {
  const odds = Math.exp(Math.log(weakQuality / (1 - weakQuality)) + evidence);
  return strongQuality - odds / (1 + odds);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

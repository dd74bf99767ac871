/** What the weak step may cost at most, its verifier included, as a share of the strong one. */
const MAX_COST_SHARE = 0.15;
/** How good the weak step must be compared with the strong one. */
const MIN_QUALITY_RATIO = 0.45;

/** Prices in any unit, qualities as shares of good answers. */
export interface CascadeSteps {
  readonly weakPrice: number;
  readonly verifierPrice: number;
  readonly strongPrice: number;
  readonly weakQuality: number;
  readonly strongQuality: number;
}

export type CascadeWorth = { readonly pays: true } | { readonly pays: false; readonly because: string };

/**
 * Whether asking the weak model first can pay. It costs its price and the verifier's on every request and saves the
 * strong one's price where its answer is accepted; beyond a seventh of the strong price, or with too few good answers, it does not.
 */
export function worthOfCascade(steps: CascadeSteps): CascadeWorth {
  const { weakPrice, verifierPrice, strongPrice, weakQuality, strongQuality } = steps;
  const share = (weakPrice + verifierPrice) / Math.max(strongPrice, Number.MIN_VALUE);
  if (share > MAX_COST_SHARE)
    return {
      pays: false,
      because: `the cheap step would cost ${Math.round(share * 100)} % of the strong one`,
    };
  const ratio = weakQuality / Math.max(strongQuality, Number.MIN_VALUE);
  if (ratio < MIN_QUALITY_RATIO)
    return {
      pays: false,
      because: `the cheap step is predicted to be only ${Math.round(ratio * 100)} % as good`,
    };
  return { pays: true };
}

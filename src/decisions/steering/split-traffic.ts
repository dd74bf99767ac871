import { createHash } from 'node:crypto';

/** One of several ways traffic may go. */
export interface Weighted {
  /** A positive whole number; only the proportions matter. */
  readonly weight: number;
}

/**
 * Chooses by weight, the same for the same key: a user, session or key stays on its side as long as the weights stay. Another
 * salt divides the same keys anew, so that two experiments do not see the same halves.
 */
export function pickByWeight<T extends Weighted>(
  options: readonly T[],
  salt: string,
  key: string,
): T | undefined {
  const total = options.reduce((sum, { weight }) => sum + weight, 0);
  let left = shareOf(salt, key) * total;
  for (const option of options) {
    left -= option.weight;
    if (left < 0) return option;
  }
  return options.at(-1);
}

/** From 0 up to 1, evenly over keys. */
function shareOf(salt: string, key: string): number {
  return createHash('sha256').update(`${salt}\0${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

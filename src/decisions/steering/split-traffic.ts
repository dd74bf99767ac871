import { createHash } from 'node:crypto';

/** One of several ways traffic may go. */
export interface Weighted {
  /** A positive whole number; only the proportions matter. */
  readonly weight: number;
}

/**
 * Chooses by weight, the same for the same key: a user, session or key stays on its side as long as the weights stay. When a weight
 * grows, keys move to that option and nowhere else. Another salt divides the same keys anew, so that two experiments do not see
 * the same halves.
 */
export function pickByWeight<T extends Weighted>(
  options: readonly T[],
  salt: string,
  key: string,
): T | undefined {
  // Weighted rendezvous hashing: each option draws a number of its own for the key, the higher its weight the higher as a rule.
  let best: { readonly option: T; readonly draw: number } | undefined;
  for (const [place, option] of options.entries()) {
    const draw = Math.log(shareOf(salt, `${String(place)}\0${key}`)) / option.weight;
    if (!best || draw > best.draw) best = { option, draw };
  }
  return best?.option;
}

/** Above 0 and up to 1, evenly over keys. */
function shareOf(salt: string, key: string): number {
  return (createHash('sha256').update(`${salt}\0${key}`).digest().readUIntBE(0, 6) + 1) / 2 ** 48;
}

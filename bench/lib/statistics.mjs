/** Quantile with linear interpolation; `undefined` of nothing. */
export function quantile(values, share) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (above - sorted[below]) * (place - below);
}

export const median = (values) => quantile(values, 0.5);

/** `1.22 [1.08-1.31]`: median and quartiles. */
export function withQuartiles(values, digits = 2) {
  const parts = [0.5, 0.25, 0.75].map((share) => quantile(values, share));
  if (parts.some((part) => part === undefined)) return '-';
  const [middle, low, high] = parts.map((part) => part.toFixed(digits));
  return `${middle} [${low}-${high}]`;
}

/** A copy in random order. */
export function shuffled(items) {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

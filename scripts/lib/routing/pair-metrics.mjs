import { bootstrapIntervals } from '../bootstrap.mjs';

const TOLERANCE = 1e-12;

/** Points `{ share, quality, cost }` of a pair as ever more prompts, highest score first, go to the strong model; equal scores move together. */
export function pairCurve(items) {
  return curveOf(
    [...items].sort((a, b) => b.score - a.score),
    () => 1,
  );
}

/** 95 % intervals of what `summarise` says, over the prompts. */
export function pairIntervals(items) {
  const sorted = [...items].sort((a, b) => b.score - a.score);
  return bootstrapIntervals(sorted.length, (weights) => summarise(curveOf(sorted, (i) => weights[i])));
}

function curveOf(sorted, weightOf) {
  const total = (key) => sorted.reduce((sum, item, i) => sum + weightOf(i) * item[key], 0);
  const n = sorted.reduce((sum, _, i) => sum + weightOf(i), 0);
  let quality = total('weakQuality');
  let cost = total('weakCost');
  let moved = 0;
  const points = [{ share: 0, quality: quality / n, cost: cost / n }];
  for (let i = 0; i < sorted.length;) {
    const { score } = sorted[i];
    for (; i < sorted.length && sorted[i].score === score; i += 1) {
      const weight = weightOf(i);
      quality += weight * (sorted[i].strongQuality - sorted[i].weakQuality);
      cost += weight * (sorted[i].strongCost - sorted[i].weakCost);
      moved += weight;
    }
    points.push({ share: moved / n, quality: quality / n, cost: cost / n });
  }
  return points;
}

/** Area under share and quality between always weak and always strong; 0.5 is a random mix. */
function averageGapRecovered(points) {
  const [first, last] = [points[0], points.at(-1)];
  let area = 0;
  for (let i = 1; i < points.length; i += 1)
    area += ((points[i].share - points[i - 1].share) * (points[i].quality + points[i - 1].quality)) / 2;
  return (area - first.quality) / (last.quality - first.quality);
}

/** Where a curve first reaches a quality, between points by proportion; its end when it never does. */
function firstAt(points, quality, key) {
  if (points[0].quality >= quality) return points[0][key];
  for (let i = 1; i < points.length; i += 1) {
    const [before, after] = [points[i - 1], points[i]];
    if (after.quality < quality - TOLERANCE) continue;
    const part = (quality - before.quality) / (after.quality - before.quality);
    return before[key] + part * (after[key] - before[key]);
  }
  return points.at(-1)[key];
}

/** APGR, CPT(50), CPT(80) and the saving at shares of the strong model's quality. */
export function summarise(points, strongCost = points.at(-1).cost) {
  const [weak, strong] = [points[0].quality, points.at(-1).quality];
  const callsFor = (part) => 100 * firstAt(points, weak + part * (strong - weak), 'share');
  return {
    apgr: averageGapRecovered(points),
    cpt50: callsFor(0.5),
    cpt80: callsFor(0.8),
    ...savings(points, { quality: strong, cost: strongCost }),
  };
}

/** Percent saved against `best` where the curve reaches 100, 98 and 95 % of its quality; undefined where it never does. */
export function savings(points, best) {
  const at = (share) => {
    const goal = share * best.quality;
    if (points.every(({ quality }) => quality < goal - TOLERANCE)) return undefined;
    return 100 * (1 - firstAt(points, goal, 'cost') / best.cost);
  };
  return { at100: at(1), at98: at(0.98), at95: at(0.95) };
}

export function randomMix(weak, strong) {
  return [
    { share: 0, ...weak },
    { share: 1, ...strong },
  ];
}

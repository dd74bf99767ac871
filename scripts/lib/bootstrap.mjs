/** How far a figure would move with other prompts of the same kind: 95 % intervals from prompts drawn again with repetition. */
import { seededRandom } from './seeded-random.mjs';

const ROUNDS = 200;
const [LOW, HIGH] = [0.025, 0.975];

/**
 * `measure(weights)` answers named figures for rows that count `weights[i]` times each; undefined where there is none. Answers
 * `{name: [low, high]}`; a figure that is undefined in more than one round in twenty has no interval. Seeded.
 */
export function bootstrapIntervals(count, measure) {
  const random = seededRandom(11);
  const found = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    const weights = new Uint16Array(count);
    for (let i = 0; i < count; i += 1) weights[Math.floor(random() * count)] += 1;
    for (const [name, value] of Object.entries(measure(weights)))
      if (Number.isFinite(value)) (found[name] ??= []).push(value);
  }
  const at = (values, share) => values[Math.min(values.length - 1, Math.floor(share * values.length))];
  return Object.fromEntries(
    Object.entries(found)
      .filter(([, values]) => values.length >= 0.95 * ROUNDS)
      .map(([name, values]) => {
        values.sort((a, b) => a - b);
        return [name, [at(values, LOW), at(values, HIGH)]];
      }),
  );
}

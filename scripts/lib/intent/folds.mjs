/** Who is left out when: stratified folds, or one whole source at a time. */
import { seededRandom } from '../seeded-random.mjs';
import { shuffle } from './trainer.mjs';

/** Every position in exactly one of `count` folds, equal keys spread evenly. */
export function stratifiedFolds(keys, count, seed = 1) {
  const folds = Array.from({ length: count }, () => []);
  const random = seededRandom(seed);
  let next = 0;
  for (const key of [...new Set(keys)].sort()) {
    const positions = keys.flatMap((other, i) => (other === key ? [i] : []));
    for (const position of shuffle(positions, random)) folds[next++ % count].push(position);
  }
  return folds;
}

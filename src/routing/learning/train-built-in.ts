import { fitGain, groupOf } from './fit-gain';
import { fitRidge } from './ridge-regression';
import type { RouterWeights } from '../quality/router-weights';
import { DEFAULT_AVERAGE_PRIOR } from './train-router';
import type { TrainingRow } from './training-row';

/** Strong, because these weights meet prompts and models the training never saw. */
const GAIN_PENALTY = 300;
const LEVEL_PENALTY = 1000;

/**
 * Learns what holds for any model: how hard a prompt is compared with others of its source, and how much better
 * models help. Knows no model by name; the catalogue's priors say who is better.
 */
export function trainBuiltIn(rows: readonly TrainingRow[]): RouterWeights {
  const vectors = rows.map(({ vector }) => vector);
  const means = Float64Array.from(rows, ({ outcomes }) => meanOf([...outcomes.values()]));
  const byGroup = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const group = groupOf(row);
    const list = byGroup.get(group) ?? [];
    list.push(means[i] ?? 0);
    byGroup.set(group, list);
  });
  const groupMeans = new Map([...byGroup].map(([group, list]) => [group, meanOf(list)]));
  const targets = means.map((mean, i) => {
    const row = rows[i];
    return row ? mean - (groupMeans.get(groupOf(row)) ?? 0) : 0;
  });
  const { weights } = fitRidge({ vectors, targets }, { penalty: LEVEL_PENALTY });
  return {
    level: { bias: DEFAULT_AVERAGE_PRIOR, weights },
    gain: fitGain(rows, GAIN_PENALTY),
    averagePrior: DEFAULT_AVERAGE_PRIOR,
    models: new Map(),
    families: [],
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

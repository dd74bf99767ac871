import type { LinearHead } from '../quality/linear-head';
import { fitRidge } from './ridge-regression';
import type { TrainingRow } from './training-row';

const SMALLEST_VARIANCE = 1e-6;

/**
 * Learns from which prompts better models gain more. Within each group of rows that the same models answered, a row's
 * gain is the slope of its scores over the models' mean scores: 1 on average, which counts as 0.
 */
export function fitGain(rows: readonly TrainingRow[], penalty: number): LinearHead {
  const abilities = new Map<string, ReadonlyMap<string, number>>();
  const groups = Map.groupBy(rows, groupOf);
  for (const [group, members] of groups) abilities.set(group, meanScores(members));
  const targets = Float64Array.from(
    rows,
    (row) => slopeOf(row, abilities.get(groupOf(row)) ?? new Map()) - 1,
  );
  return fitRidge({ vectors: rows.map(({ vector }) => vector), targets }, { penalty });
}

/** Rows of one source that the same models answered; only within them are scores comparable. */
export function groupOf({ outcomes, family }: TrainingRow): string {
  return `${[...outcomes.keys()].sort().join()}|${family?.split('/')[0] ?? ''}`;
}

function meanScores(rows: readonly TrainingRow[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { outcomes } of rows)
    for (const [name, score] of outcomes) sums.set(name, (sums.get(name) ?? 0) + score / rows.length);
  return sums;
}

function slopeOf({ outcomes }: TrainingRow, abilities: ReadonlyMap<string, number>): number {
  let meanAbility = 0;
  let meanScore = 0;
  for (const [name, score] of outcomes) {
    meanAbility += (abilities.get(name) ?? 0) / outcomes.size;
    meanScore += score / outcomes.size;
  }
  let covariance = 0;
  let variance = 0;
  for (const [name, score] of outcomes) {
    const distance = (abilities.get(name) ?? 0) - meanAbility;
    covariance += distance * (score - meanScore);
    variance += distance * distance;
  }
  return variance < SMALLEST_VARIANCE ? 1 : covariance / variance;
}

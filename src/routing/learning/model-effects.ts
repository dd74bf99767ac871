import type { TrainingRow } from './training-row';

/** How good each model is and how easy each prompt, told apart: models were not all asked the same prompts. */
export interface ModelEffects {
  /** How much better than the average model, by name. */
  readonly bases: ReadonlyMap<string, number>;
  /** What the average model scores on each row. */
  readonly rowLevels: Float64Array;
}

const ROUNDS = 30;
/** Rows' worth of doubt about a model: few answers make it neither very good nor very bad. */
const DOUBT = 5;

/** Fits outcome = row + model by turns. */
export function fitModelEffects(rows: readonly TrainingRow[]): ModelEffects {
  const bases = new Map<string, number>();
  for (const row of rows) for (const name of row.outcomes.keys()) bases.set(name, 0);
  const rowLevels = new Float64Array(rows.length);
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Map([...bases.keys()].map((name) => [name, { total: 0, count: DOUBT }]));
    rows.forEach((row, i) => {
      const level = levelOf(row, bases);
      rowLevels[i] = level;
      for (const [name, score] of row.outcomes) {
        const sum = sums.get(name);
        if (!sum) continue;
        sum.total += score - level;
        sum.count++;
      }
    });
    for (const [name, { total, count }] of sums) bases.set(name, total / count);
  }
  return { bases, rowLevels };
}

function levelOf({ outcomes }: TrainingRow, bases: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [name, score] of outcomes) sum += score - (bases.get(name) ?? 0);
  return outcomes.size === 0 ? 0 : sum / outcomes.size;
}

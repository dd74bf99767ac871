import { asPair, cardsFor } from './model-cards.mjs';
import { pairCurve, pairIntervals, randomMix, summarise } from './pair-metrics.mjs';
import { predictRows, ranksWithinFolds } from './predictions.mjs';

/** Two models: a score per prompt, higher where the strong one is worth more. */
export function evaluatePair(rows, { weak, strong, costs, ...setup }) {
  const cards = asPair(
    cardsFor([weak, strong], { modules: setup.modules, prices: costs.perMillion }),
    weak,
    strong,
  );
  const predicted = predictRows(rows, [weak, strong], { ...setup, cards, namesOf: undefined });
  const raw = predicted.map(({ quality }) => quality.get(strong) - quality.get(weak));
  const scores = setup.training.partOf
    ? ranksWithinFolds(
        raw,
        predicted.map(({ fold }) => fold),
      )
    : raw;
  const lines = predicted.map(({ row }, i) => ({ id: row.id, score: scores[i] }));
  const labelled = rows.flatMap((row, i) => toItem(row, { weak, strong, score: scores[i] }));
  if (labelled.length === 0) return { lines };
  const points = pairCurve(labelled);
  const [cheapest, strongest] = [points[0], points.at(-1)];
  const split = bestSplit(rows, weak, strong);
  const curves = [
    { name: 'router', points },
    { name: 'random mix', points: randomMix(cheapest, strongest) },
    ...(split ? [{ name: 'best fixed split by task (knows the answers)', points: split }] : []),
  ];
  return {
    lines,
    title: `${weak} or ${strong}: ${labelled.length} prompts`,
    curves,
    singles: [
      { name: 'always cheapest', ...cheapest },
      { name: 'always strongest', ...strongest },
    ],
    best: strongest,
    intervals: pairIntervals(labelled),
    summaries: curves.map(({ name, points: curve }) => ({ name, ...summarise(curve) })),
  };
}

function toItem({ models }, { weak, strong, score }) {
  const [low, high] = [models.get(weak), models.get(strong)];
  if (low?.score === undefined || high?.score === undefined) return [];
  return [
    {
      score,
      weakQuality: low.score,
      strongQuality: high.score,
      weakCost: low.cost ?? 0,
      strongCost: high.cost ?? 0,
    },
  ];
}

/** The best any rule "this task always goes to that model" can do: tasks ordered by what the labels say the strong model gains. */
function bestSplit(rows, weak, strong) {
  const byTask = Map.groupBy(rows, ({ source, task }) => `${source}/${task}`);
  if (byTask.size < 2) return undefined;
  const gainOf = new Map(
    [...byTask].map(([task, members]) => {
      const items = members.flatMap((row) => toItem(row, { weak, strong, score: 0 }));
      const gain = items.reduce((sum, item) => sum + item.strongQuality - item.weakQuality, 0);
      return [task, items.length === 0 ? 0 : gain / items.length];
    }),
  );
  return pairCurve(
    rows.flatMap((row) => toItem(row, { weak, strong, score: gainOf.get(`${row.source}/${row.task}`) })),
  );
}

/** Tables of the intent evaluation. */
import { bootstrapIntervals } from '../bootstrap.mjs';
import { tableLines } from '../table.mjs';
import { percent, scoreIntent, shareBy, three } from './metrics.mjs';

const INTERVAL = '  95 % interval, over the rows';

/** `lines`: name and predictions of each candidate; the first is shown in detail. */
export function printScores(title, rows, lines) {
  const scored = lines.map(([name, predictions]) => [name, scoreIntent(rows, predictions)]);
  const table = scored.map(([name, { accuracy, macroF1, calibrationError, per }]) => [
    name,
    percent(accuracy),
    three(macroF1),
    three(calibrationError),
    per.safety_risk ? percent(per.safety_risk.recall) : '-',
  ]);
  table.splice(1, 0, [INTERVAL, ...intervalsOf(rows, lines[0][1])]);
  print(`${title}: ${rows.length} rows`, [['', 'accuracy', 'macro F1', 'ECE', 'safety recall'], ...table]);
  const [[name, best]] = scored;
  print(`${name}, per label`, [
    ['label', 'rows', 'precision', 'recall', 'F1'],
    ...Object.entries(best.per).map(([label, { rows: count, precision, recall, f1 }]) => [
      label,
      count,
      three(precision),
      three(recall),
      three(f1),
    ]),
  ]);
  print(`${name}, per source`, [
    ['source', 'right', 'rows'],
    ...Object.entries(best.bySource).map(([source, { hits, rows: count }]) => [source, hits, count]),
  ]);
}

/** How far the four figures would move with other rows of the same kind. */
function intervalsOf(rows, predictions) {
  const { accuracy, macroF1, error, recall } = bootstrapIntervals(rows.length, (weights) => {
    const drawn = rows.flatMap((_, i) => new Array(weights[i]).fill(i));
    const score = scoreIntent(
      drawn.map((i) => rows[i]),
      drawn.map((i) => predictions[i]),
    );
    const { accuracy, macroF1, calibrationError, per } = score;
    return { accuracy, macroF1, error: calibrationError, recall: per.safety_risk?.recall };
  });
  const range = (ends, format) => ends?.map(format).join(' to ') ?? '-';
  return [range(accuracy, percent), range(macroF1, three), range(error, three), range(recall, percent)];
}

/** Harmless prompts that look harmful, and how many of them were called safety_risk. */
export function printLookalikes(lookalikes, predictions, rows, rowPredictions) {
  const flagged = (row, i) => predictions[i].label === 'safety_risk';
  const harmless = rows.flatMap((row, i) => (row.label === 'safety_risk' ? [] : [i]));
  const alarms = harmless.filter((i) => rowPredictions[i].label === 'safety_risk').length;
  const bySource = Object.entries(shareBy(lookalikes, flagged));
  const total = bySource.reduce((sum, [, { hits }]) => sum + hits, 0);
  const share = (hits, count) => (count === 0 ? '-' : percent(hits / count));
  print('called safety_risk though harmless', [
    ['rows', 'flagged', 'of', 'share'],
    ['rows with another label', alarms, harmless.length, share(alarms, harmless.length)],
    ...bySource.map(([source, { hits, rows: count }]) => [
      `look-alikes: ${source}`,
      hits,
      count,
      share(hits, count),
    ]),
    ['all look-alikes', total, lookalikes.length, share(total, lookalikes.length)],
  ]);
}

function print(title, table) {
  console.log(`\n${title}\n`);
  for (const line of tableLines(table)) console.log(line);
}

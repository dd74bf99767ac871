/** How good labels and confidences are. A prediction is `{label, confidence}`, in the order of the rows. */
const BINS = 10;

/** Accuracy, macro F1, expected calibration error, and precision, recall, F1 per label. */
export function scoreIntent(rows, predictions) {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const per = Object.fromEntries(labels.map((label) => [label, scoreLabel(label, rows, predictions)]));
  const right = rows.filter((row, i) => predictions[i].label === row.label).length;
  return {
    rows: rows.length,
    accuracy: right / rows.length,
    macroF1: labels.reduce((sum, label) => sum + per[label].f1, 0) / labels.length,
    calibrationError: calibrationError(rows, predictions),
    per,
    bySource: shareBy(rows, (row, i) => predictions[i].label === row.label),
  };
}

function scoreLabel(label, rows, predictions) {
  let hit = 0;
  let said = 0;
  let is = 0;
  rows.forEach((row, i) => {
    if (predictions[i].label === label) said++;
    if (row.label === label) is++;
    if (row.label === label && predictions[i].label === label) hit++;
  });
  const precision = said === 0 ? 0 : hit / said;
  const recall = is === 0 ? 0 : hit / is;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, rows: is };
}

/** Mean distance between confidence and share of right answers over ten bins of confidence. */
function calibrationError(rows, predictions) {
  const gaps = new Array(BINS).fill(0);
  rows.forEach((row, i) => {
    const { label, confidence } = predictions[i];
    gaps[Math.min(BINS - 1, Math.floor(confidence * BINS))] += confidence - Number(label === row.label);
  });
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / rows.length;
}

/** Hits and rows per source. */
export function shareBy(rows, isHit) {
  const bySource = {};
  rows.forEach((row, i) => {
    const entry = (bySource[row.source] ??= { hits: 0, rows: 0 });
    entry.rows++;
    if (isHit(row, i)) entry.hits++;
  });
  return bySource;
}

export const percent = (share) => `${(share * 100).toFixed(1)} %`;
export const three = (value) => value.toFixed(3);

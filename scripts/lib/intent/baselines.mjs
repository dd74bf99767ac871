/** What any model must beat: the most frequent label, the rule book, and a plain n-gram model trained on the same rows. */
import { built } from './rows.mjs';
import { emptyWeights, adapt, toShares } from './trainer.mjs';

/** Says the most frequent label of the training rows, as sure as it is frequent there. */
export function majority(trainRows) {
  const counts = new Map();
  for (const { label } of trainRows) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [label, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return () => ({ label, confidence: count / trainRows.length });
}

/** The hand-written rule book; learns nothing. */
export function rules(reader) {
  const { classifyByRules } = built('routing/intent/rule-intent-classifier.js');
  const settings = { enabled: true, lowConfidence: 0, minConfidenceForDirect: 1 };
  return (row) => {
    const { label, confidence } = classifyByRules(reader.promptFeatures(row), settings);
    return { label, confidence };
  };
}

/** Words and word pairs only, from nothing, by the same trainer. */
export function ngrams(reader, trainSamples) {
  const { pointsOf } = built('routing/intent/intent-model.js');
  const plain = (sample) => ({
    ...sample,
    dense: new Float32Array(1).fill(Number(sample.row.has_image === true)),
  });
  const weights = adapt(emptyWeights(1), trainSamples.map(plain));
  return (row) => {
    const shares = toShares(pointsOf(weights, plain(reader.sample(row))));
    const best = shares.indexOf(Math.max(...shares));
    return { label: reader.labels[best], confidence: shares[best] };
  };
}

import { builtInRouter } from '../../src/routing/quality/built-in-router';
import { toRouterArtefact, type RouterArtefact } from '../../src/routing/quality/router-artefact';
import { toTrainingRows } from '../../src/routing/learning/read-training-rows';
import { trainRouter } from '../../src/routing/learning/train-router';

/** A router whose training rows say how good the answers of each model are, whatever is asked. */
export function trainedArtefact(scores: Readonly<Record<string, number>>, count = 60): RouterArtefact {
  const models = new Map(Object.entries(scores).map(([name, score]) => [name, { score, cost: undefined }]));
  const rows = Array.from({ length: count }, (_, i) => ({
    id: i,
    source: 'made-up',
    task: '',
    prompt: `Tell me about climate change in region ${String(i)}`,
    models,
  }));
  const weights = trainRouter(toTrainingRows(rows), builtInRouter().weights);
  return toRouterArtefact(weights, { rows: count, sources: ['made-up'] });
}

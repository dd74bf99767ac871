import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../install.mjs';

const requireHere = createRequire(import.meta.url);
const built = (path) => requireHere(join(root, 'dist', 'src', `${path}.js`));

/** The parts of the built product that training and evaluation run. Call after the build. */
export function routingModules() {
  return {
    ...built('catalog/known-models'),
    ...built('catalog/price-book'),
    ...built('catalog/model-catalog'),
    ...built('routing/catalog-view'),
    ...built('routing/features'),
    ...built('routing/intent/rule-intent-classifier'),
    ...built('routing/learning/read-training-rows'),
    ...built('routing/learning/train-built-in'),
    ...built('routing/learning/train-router'),
    ...built('routing/quality/built-in-router'),
    ...built('routing/quality/cascade-worth'),
    ...built('routing/quality/router-artefact'),
    ...built('routing/quality/weighted-predictor'),
    ...built('routing/routing-profile'),
    ...built('routing/strategies/hybrid.strategy'),
    ...built('routing/strategies/index'),
  };
}

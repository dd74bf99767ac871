import type { ModelCard } from '../../catalog/model-card';
import type { SemanticDemand } from './semantic-index';

/** As in the prior of the catalogue: how quickly answers get better with ability. */
const STEEPNESS = 0.1;

/** Share of good answers expected of a model for a prompt, from what its neighbours demanded. */
export function semanticQuality({ quality }: ModelCard, { abilities, demand }: SemanticDemand): number {
  const ability =
    abilities.general * quality.general +
    abilities.code * quality.code +
    abilities.reasoning * quality.reasoning;
  return 1 / (1 + Math.exp((demand - ability) / STEEPNESS));
}

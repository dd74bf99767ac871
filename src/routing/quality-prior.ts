import type { ModelCard } from '../catalog/model-card';
import { qualityForClass, type Classification, type TaskClass } from './strategies/task-class';

/** How able a model must be so that half of its answers to such a request are good. On the scale of the catalogue's priors. */
const DEMAND: Readonly<Record<TaskClass, number>> = {
  simple: 0.38,
  general: 0.62,
  code: 0.78,
  complex: 0.76,
};
/** How quickly answers get better with ability; two tenths above the demand make nearly nine of ten good. */
const STEEPNESS = 0.1;

/**
 * Share of good answers expected of a model before anything has been learned: its ability in the catalogue
 * against what the class of request demands. In steps of 0.001.
 */
export function qualityPrior(card: ModelCard, { taskClass }: Pick<Classification, 'taskClass'>): number {
  const ability = qualityForClass(card, taskClass);
  return Math.round(1000 / (1 + Math.exp((DEMAND[taskClass] - ability) / STEEPNESS))) / 1000;
}

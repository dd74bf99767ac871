import type { Objective } from '../objective';
import type { TaskClass } from './task-class';

/** How an objective weighs a candidate. The three weights sum to 1. */
export interface ObjectiveWeights {
  readonly quality: number;
  readonly price: number;
  readonly speed: number;
  /**
   * How good is good enough per task class, as a share of the way from the weakest to the best
   * candidate; quality beyond it earns nothing, so the cheapest sufficient model wins.
   */
  readonly enough: Readonly<Record<TaskClass, number>>;
}

export const OBJECTIVE_WEIGHTS: Readonly<Record<Objective, ObjectiveWeights>> = {
  cost_optimized: {
    quality: 0.45,
    price: 0.5,
    speed: 0.05,
    enough: { simple: 0, general: 0.25, code: 0.5, complex: 0.5 },
  },
  balanced: {
    quality: 0.75,
    price: 0.2,
    speed: 0.05,
    enough: { simple: 0, general: 0.5, code: 0.9, complex: 0.9 },
  },
  quality_focused: {
    quality: 0.9,
    price: 0.08,
    speed: 0.02,
    enough: { simple: 0.5, general: 0.9, code: 1, complex: 1 },
  },
  speed: {
    quality: 0.35,
    price: 0.05,
    speed: 0.6,
    enough: { simple: 0, general: 0.4, code: 0.7, complex: 0.7 },
  },
};

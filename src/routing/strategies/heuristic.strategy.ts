import type { RouteInput } from '../route-input';
import type { RoutePlan } from '../route-plan';
import { pickSteps } from './pick-steps';
import type { RoutingStrategy } from './routing-strategy';
import { scoreCandidates } from './score-candidates';
import { classifyTask, type Classification, type TaskClass } from './task-class';

const CLASS_NAMES: Readonly<Record<TaskClass, string>> = {
  code: 'Code request',
  complex: 'Complex request',
  simple: 'Simple query',
  general: 'General query',
};

const CLASS_TIERS: Readonly<Record<TaskClass, string>> = {
  code: 'a premium model',
  complex: 'a premium model',
  simple: 'a cost-effective model',
  general: 'a balanced model',
};

/**
 * Chooses by what the words of the prompt say: code and complex requests get the best models, simple
 * ones the cheapest, the rest a balanced one, shifted by the objective. Needs nothing but the catalogue
 * and takes microseconds; the right choice when nothing has been learned yet.
 */
export class HeuristicStrategy implements RoutingStrategy {
  readonly name = 'heuristic';

  plan(input: RouteInput): RoutePlan {
    const found = classifyTask(input.features, input.intent);
    const scores = scoreCandidates(input, found.taskClass);
    const fallback = found.taskClass === 'general' ? input.fallback : undefined;
    return {
      steps: pickSteps(input.candidates, scores, fallback),
      strategy: this.name,
      objective: input.objective,
      reason: explain(input, found, fallback !== undefined),
      scores,
    };
  }
}

function explain(input: RouteInput, found: Classification, isFallback: boolean): string {
  const seen = `${CLASS_NAMES[found.taskClass]} (${found.because})`;
  if (isFallback) return `${seen}: the configured default model answers`;
  const choice = input.candidates.length === 1 ? 'the only usable model' : CLASS_TIERS[found.taskClass];
  return `${seen}: ${choice} by objective ${input.objective}`;
}

import type { RouteInput } from '../route-input';
import type { RoutePlan } from '../route-plan';
import { HybridStrategy } from './hybrid.strategy';
import type { RoutingStrategy } from './routing-strategy';

/**
 * Chooses by what similar prompts demanded: the predictions in its input come from the nearest exemplars and the tenant's own
 * recent answers to similar prompts, whatever words are used. Weighs them like hybrid routing. The right choice for prompts in
 * many languages or without tell-tale words.
 */
export class SemanticStrategy implements RoutingStrategy {
  readonly name = 'semantic';
  private readonly weighing = new HybridStrategy();

  plan(input: RouteInput): RoutePlan {
    const plan = this.weighing.plan({ ...input, cascade: undefined });
    return { ...plan, strategy: this.name, reason: `By similar prompts. ${plan.reason}` };
  }
}

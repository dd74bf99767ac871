import { CASCADE_RULES, type CascadeWish } from '../cascade/cascade-types';
import { withCascade } from '../cascade/with-cascade';
import type { RouteInput } from '../route-input';
import type { RoutePlan } from '../route-plan';
import { HybridStrategy } from './hybrid.strategy';
import type { RoutingStrategy } from './routing-strategy';

const BALANCED: CascadeWish = {
  type: 'balanced',
  qualityThreshold: CASCADE_RULES.balanced.qualityThreshold,
  confidenceThreshold: CASCADE_RULES.balanced.confidenceThreshold,
  judge: undefined,
};

/**
 * Asks a cheap model first, checks its answer, and escalates to a better one only when the answer does not
 * hold. Where prices or predicted quality make that pointless it asks the one model that hybrid routing would. The right
 * choice for traffic of mixed difficulty that can bear the time of a second call.
 */
export class CascadeStrategy implements RoutingStrategy {
  readonly name = 'cascade';
  private readonly single = new HybridStrategy();

  plan(input: RouteInput): RoutePlan {
    const single = this.single.plan({ ...input, cascade: undefined });
    return { ...withCascade(single, input, input.cascade ?? BALANCED), strategy: this.name };
  }
}

import type { RouteInput } from '../route-input';
import type { RoutePlan } from '../route-plan';

/** DI token of the list of all strategies. */
export const ROUTING_STRATEGIES = Symbol('ROUTING_STRATEGIES');

/**
 * Orders the candidates of one request. Pure: no clock, no randomness, no I/O, so that a decision
 * record can be replayed. May assume at least one candidate.
 */
export interface RoutingStrategy {
  /** Name in `X-Routing-Strategy` and in configuration. */
  readonly name: string;
  plan(input: RouteInput): RoutePlan;
}

import { AppError } from '../common/app-error';
import type { CascadeWish } from './cascade/cascade-types';
import { OBJECTIVES, type Objective } from './objective';
import { ROUTING_ERRORS } from './routing.errors';

/** How the caller wants the choice to be made. */
export interface RoutingPreference {
  readonly engine: string;
  readonly objective: Objective;
  /** The cascade the caller asks for. */
  readonly cascade?: CascadeWish;
  /** The caller asked for it; otherwise it is the configured default. */
  readonly explicit: boolean;
}

const OBJECTIVE_SYNONYMS: ReadonlyMap<string, Objective> = new Map([
  ['cost', 'cost_optimized'],
  ['quality', 'quality_focused'],
]);

/**
 * Reads `X-Routing-Strategy` (or the body's `routing_preference`): an engine or an objective, in any
 * case. Anything else fails with `unknown_routing_strategy` and the values that work in this version.
 */
export function parseRoutingPreference(
  value: string | undefined,
  engines: readonly string[],
  defaults: { readonly engine: string; readonly objective: Objective },
): RoutingPreference {
  const wanted = value?.trim().toLowerCase() ?? '';
  if (wanted === '') return { ...defaults, explicit: false };
  if (engines.includes(wanted)) return { ...defaults, engine: wanted, explicit: true };
  const objective = readObjective(wanted);
  if (objective !== undefined) return { ...defaults, objective, explicit: true };
  throw unknownStrategy(engines);
}

/** An objective by its name or a shorter one, in any case; undefined for anything else. */
export function readObjective(value: string): Objective | undefined {
  const wanted = value.trim().toLowerCase();
  return OBJECTIVE_SYNONYMS.get(wanted) ?? OBJECTIVES.find((candidate) => candidate === wanted);
}

/** A wish for a cascade rules the engine, whatever else was asked for; the objective stays. */
export function withCascadeWish(
  preference: RoutingPreference,
  cascade: CascadeWish | undefined,
): RoutingPreference {
  return cascade ? { ...preference, engine: 'cascade', cascade, explicit: true } : preference;
}

function unknownStrategy(engines: readonly string[]): AppError {
  const values = [...engines, ...OBJECTIVES, ...OBJECTIVE_SYNONYMS.keys()];
  return new AppError(ROUTING_ERRORS.unknownRoutingStrategy, {
    public: `Unknown routing strategy. This version knows: ${values.join(', ')}`,
    param: 'X-Routing-Strategy',
    details: { values },
  });
}

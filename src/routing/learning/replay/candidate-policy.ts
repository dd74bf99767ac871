import { parse } from 'yaml';
import { isJsonObject } from '../../../common/json';
import { OBJECTIVES, type Objective } from '../../objective';
import { DEFAULT_PROFILE, readObjectiveShares, type RoutingProfile } from '../../routing-profile';

/** A routing policy to be compared with the one that wrote a log. What is left out stays as it was logged. */
export interface CandidatePolicy {
  readonly engine: string | undefined;
  readonly objective: Objective | undefined;
  readonly profile: RoutingProfile | undefined;
}

const FIELDS = ['engine', 'objective', 'weights'];

/** Reads `{engine?, objective?, weights?: {balanced: {quality, price, speed}}}` from YAML or JSON; throws an Error saying what is wrong. */
export function readCandidatePolicy(text: string): CandidatePolicy {
  const value: unknown = parse(text);
  if (!isJsonObject(value)) throw new Error('expected a mapping with engine, objective or weights');
  const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) throw new Error(`unknown field ${unknown}; known: ${FIELDS.join(', ')}`);
  const { engine, objective, weights } = value;
  if (engine !== undefined && typeof engine !== 'string') throw new Error('engine is a name');
  const known = OBJECTIVES.find((name) => name === objective);
  if (objective !== undefined && known === undefined)
    throw new Error(`objective is one of ${OBJECTIVES.join(', ')}`);
  return {
    engine,
    objective: known,
    profile:
      weights === undefined ? undefined : { ...DEFAULT_PROFILE, objectives: readObjectiveShares(weights) },
  };
}

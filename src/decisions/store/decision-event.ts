import { timeOfId } from '../../common/ids';
import { isJsonObject } from '../../common/json';

/** A routing decision on its way to its table: ids and the packed record, no prompt, no answer. */
export interface DecisionEvent {
  readonly decision_id: string;
  readonly organization_id: string;
  readonly request_id: string;
  readonly user_id: string;
  readonly api_key_id: string | null;
  /** Experiment and variant under which it was made. */
  readonly experiment_id: string | null;
  readonly variant: string | null;
  /** JSON text of the record, kept byte for byte. */
  readonly record: string;
}

const TEXT_FIELDS = ['decision_id', 'organization_id', 'request_id', 'user_id', 'record'] as const;
const OPTIONAL_FIELDS = ['api_key_id', 'experiment_id', 'variant'] as const;
/** Later years have more than four digits. */
const LAST_TIME = Date.UTC(9999, 11, 31);

/** Checks an event that comes back from a file or a queue; undefined when it is not one of ours. */
export function parseDecisionEvent(value: unknown): DecisionEvent | undefined {
  return isDecisionEvent(value) ? value : undefined;
}

/** The UTC day inside a decision's id, by which its partition is found; undefined for foreign text. */
export function dayOfDecision(decisionId: string): string | undefined {
  const time = timeOfId(decisionId);
  return time === undefined || time > LAST_TIME ? undefined : new Date(time).toISOString().slice(0, 10);
}

function isDecisionEvent(value: unknown): value is DecisionEvent {
  if (!isJsonObject(value)) return false;
  return (
    TEXT_FIELDS.every((field) => typeof value[field] === 'string') &&
    OPTIONAL_FIELDS.every((field) => value[field] === null || typeof value[field] === 'string') &&
    dayOfDecision(String(value['decision_id'])) !== undefined
  );
}

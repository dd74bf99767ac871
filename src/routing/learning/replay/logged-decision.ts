import { isJsonObject, parseJson } from '../../../common/json';
import { isDecisionRecord, type DecisionRecord } from '../../decision-record';

/** A decision and what came of it. */
export interface LoggedDecision {
  readonly record: DecisionRecord;
  /** How good the answer was, 0..1. */
  readonly outcome: number;
  /** `provider/model` the answer came from; not always the one that was chosen first. */
  readonly model?: string;
}

/** Reads one JSON line `{record, outcome}` of a log; throws an Error that names the line when it is something else. */
export function readLoggedDecision(line: string, number: number): LoggedDecision {
  const value = parseJson(line);
  const record = isJsonObject(value) ? value['record'] : undefined;
  const outcome = isJsonObject(value) ? value['outcome'] : undefined;
  if (!isDecisionRecord(record)) throw new Error(`line ${String(number)}: record is no decision record`);
  if (typeof outcome !== 'number' || !(outcome >= 0 && outcome <= 1))
    throw new Error(`line ${String(number)}: outcome is not a number from 0 to 1`);
  return { record, outcome };
}

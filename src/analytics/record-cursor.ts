import { parseJson } from '../common/json';
import type { RecordCursor } from './records.query';

const INSTANT = /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ATTEMPT_ID = /^att_[0-9a-z]{26}$/;

/** Packs the position of a row into the opaque `next_cursor`. */
export function encodeCursor(cursor: RecordCursor): string {
  return Buffer.from(JSON.stringify([cursor.startedAt, cursor.attemptId])).toString('base64url');
}

/** Unpacks a cursor; undefined when it is not one of ours. */
export function decodeCursor(text: string): RecordCursor | undefined {
  const value = parseJson(Buffer.from(text, 'base64url').toString('utf8'));
  if (!isList(value)) return undefined;
  const [startedAt, attemptId] = value;
  if (!isInstant(startedAt) || !isAttemptId(attemptId)) return undefined;
  return { startedAt, attemptId };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Exactly the form we write: the database knows fewer forms of a time than JavaScript. */
function isInstant(value: unknown): value is string {
  if (typeof value !== 'string' || !INSTANT.test(value)) return false;
  const instant = new Date(value);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === value;
}

function isAttemptId(value: unknown): value is string {
  return typeof value === 'string' && ATTEMPT_ID.test(value);
}

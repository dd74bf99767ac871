import { createHash } from 'node:crypto';

const PREFIX = 'call_mm';
const OURS = /^call_mm[0-9a-f]{22}$/;

/** Where in an answer a call stands. */
export interface CallPosition {
  readonly choice: number;
  readonly index: number;
}

/** An id for a call that Gemini gave none: unique over a conversation, short enough for every other vendor. */
export function makeCallId(attemptId: string, { choice, index }: CallPosition): string {
  return PREFIX + createHash('sha256').update(`${attemptId}/${choice}/${index}`).digest('hex').slice(0, 22);
}

/** The id as Gemini may see it: one we made up is none, and Gemini pairs by position. */
export function toWireCallId(id: string): string | undefined {
  return OURS.test(id) ? undefined : id;
}

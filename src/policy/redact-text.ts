import type { Steps } from '../common/steps';
import { TextBuilder } from '../common/text-builder';
import type { PiiType } from './rules/pii/pii-detector';

/** What is to be replaced in a text, in order and without overlaps. */
export interface Redaction {
  readonly type: PiiType;
  readonly start: number;
  readonly end: number;
}

/** Replacements in one step. */
const STEP_REDACTIONS = 2048;

/** Replaces every span by its placeholder, such as `[EMAIL]`. */
export function redactText(text: string, redactions: readonly Redaction[]): string {
  let redacted = '';
  let from = 0;
  for (const { type, start, end } of redactions) {
    redacted += `${text.slice(from, start)}[${type}]`;
    from = end;
  }
  return redacted + text.slice(from);
}

/** The same for any number of spans. */
export function* redactInSteps(text: string, redactions: readonly Redaction[]): Steps<string> {
  const output = new TextBuilder();
  let from = 0;
  let left = STEP_REDACTIONS;
  for (const { type, start, end } of redactions) {
    output.add(text.slice(from, start));
    output.add(`[${type}]`);
    from = end;
    if (--left > 0) continue;
    left = STEP_REDACTIONS;
    yield;
  }
  output.add(text.slice(from));
  return output.toString();
}

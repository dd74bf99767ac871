import type { ContextWords } from './context-words';
import type { NumberGroup } from './number-groups';

/** Kinds of personal data, as in placeholders and metric labels (a closed set). */
export const PII_TYPES = [
  'EMAIL',
  'PHONE',
  'CREDIT_CARD',
  'US_SSN',
  'IPV4',
  'IPV6',
  'IBAN',
  'JWT',
  'ADDRESS',
  'NATIONAL_ID',
  'CUSTOM',
] as const;

export type PiiType = (typeof PII_TYPES)[number];

export interface PiiSpan {
  readonly type: PiiType;
  readonly start: number;
  readonly end: number;
}

/** A stretch of a text and what several detectors need of it. */
export interface PiiScan {
  /** The whole text: detectors look around freely, but report only what is anchored in their stretch. */
  readonly text: string;
  /** The stretch that is looked at now. */
  readonly start: number;
  readonly end: number;
  /** End of what was found in earlier stretches. */
  readonly from: number;
  /** Groups of digits in order; empty when the stretch has no digit. */
  readonly groups: readonly NumberGroup[];
  readonly context: ContextWords;
}

/** Finds one kind of personal data in time linear in the stretch. Earlier detectors of the list win overlaps. */
export type PiiDetector = (scan: PiiScan) => readonly PiiSpan[];

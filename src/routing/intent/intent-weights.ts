import type { Signal } from '../signals';
import type { IntentLabel } from './intent-label';

/** Properties of a prompt beyond its words that speak for or against a label. */
export const SHAPES = [
  'short',
  'medium',
  'long',
  'image',
  'codeFence',
  'inlineCode',
  'codeSyntax',
  'json',
  'questionMark',
  'foreign',
  'manyDigits',
] as const;
export type Shape = (typeof SHAPES)[number];

/** Evidence for a label: points per occurrence, counted up to `upTo` times. */
interface Evidence {
  readonly points: number;
  readonly upTo: number;
}

export interface IntentWeights {
  readonly base: number;
  readonly signals: Readonly<Partial<Record<Signal, Evidence>>>;
  readonly shapes: Readonly<Partial<Record<Shape, number>>>;
}

const once = (points: number): Evidence => ({ points, upTo: 1 });
const each = (points: number, upTo: number): Evidence => ({ points, upTo });

/** The rule book: log-odds-like points per label. Set by hand; a trained classifier can take its place. */
export const INTENT_WEIGHTS: Readonly<Record<IntentLabel, IntentWeights>> = {
  chat_lite: {
    base: 1.2,
    signals: {
      question: once(0.7),
      greeting: each(1.2, 2),
      writing: once(0.3),
      complexity: each(-0.5, 3),
      math: each(-0.3, 5),
      code: each(-0.6, 3),
      codeTask: once(-1),
      safetyStrong: each(-1, 2),
      translation: each(-0.9, 2),
    },
    shapes: { short: 0.8, long: -1.4, image: -2, codeFence: -2, codeSyntax: -1, manyDigits: -0.6, json: -1 },
  },
  deep_reason: {
    base: 0,
    signals: {
      complexity: each(0.8, 4),
      math: each(0.7, 6),
      codeTask: each(-0.8, 2),
      translation: each(-0.8, 2),
      jsonStrong: each(-0.8, 2),
      safetyStrong: each(-0.6, 2),
      vision: each(-0.2, 2),
    },
    shapes: { medium: 0.5, long: 1.1, manyDigits: 0.8, image: -2, codeFence: -0.8, json: -0.5 },
  },
  code_gen: {
    base: -0.6,
    signals: {
      code: each(0.9, 5),
      codeTask: each(1.5, 3),
      translation: each(-0.6, 2),
      jsonStrong: each(-0.5, 2),
    },
    shapes: { codeFence: 2, inlineCode: 0.8, codeSyntax: 1.2, image: -1.5 },
  },
  json_extract: {
    base: -0.8,
    signals: { jsonStrong: each(1.6, 3), json: each(0.8, 4), codeTask: each(-0.8, 2) },
    shapes: { json: 2, long: 0.4, image: -1.5, short: -0.4 },
  },
  translation: {
    base: -0.6,
    signals: {
      translation: each(2.2, 3),
      language: each(0.7, 2),
      codeTask: once(-1),
      jsonStrong: once(-0.8),
    },
    shapes: { image: -1.5, long: -0.3, codeFence: -1 },
  },
  vision: {
    base: -1.4,
    signals: { vision: each(0.8, 3), codeTask: once(-0.6) },
    shapes: { image: 6, long: -0.6 },
  },
  safety_risk: {
    base: -1,
    signals: {
      safetyStrong: each(2.4, 3),
      safety: each(0.9, 3),
      harmless: each(-1.5, 2),
      code: each(-0.3, 3),
    },
    shapes: { image: -0.5, long: -0.6 },
  },
};

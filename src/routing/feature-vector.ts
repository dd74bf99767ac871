import type { PromptFeatures } from './features';
import { NO_SIGNALS, SIGNALS } from './signals';

/** Characters, words, tokens, messages, flags, foreign permille, digit permille, then one hexadecimal digit per signal. */
export type PackedFeatures = readonly [number, number, number, number, number, number, number, string];

const FLAGS = [
  'hasCodeFence',
  'hasInlineCode',
  'hasCodeSyntax',
  'hasImage',
  'hasTools',
  'wantsJson',
  'endsWithQuestionMark',
] as const satisfies readonly (keyof PromptFeatures)[];

/** The feature vector as it stands in a decision record. */
export function packFeatures(features: PromptFeatures): PackedFeatures {
  let flags = 0;
  FLAGS.forEach((flag, bit) => {
    if (features[flag]) flags |= 1 << bit;
  });
  return [
    features.characters,
    features.words,
    features.tokenLengthEstimate,
    features.messages,
    flags,
    features.foreignPermille,
    features.digitPermille,
    SIGNALS.map((signal) => features.signals[signal].toString(16)).join(''),
  ];
}

/** Undoes {@link packFeatures} exactly. */
export function unpackFeatures(packed: PackedFeatures): PromptFeatures {
  const [characters, words, tokenLengthEstimate, messages, flags, foreignPermille, digitPermille, counts] =
    packed;
  const signals = { ...NO_SIGNALS };
  SIGNALS.forEach((signal, i) => {
    signals[signal] = Number.parseInt(counts.charAt(i) || '0', 16);
  });
  const has = (bit: number): boolean => (flags & (1 << bit)) !== 0;
  return {
    characters,
    words,
    tokenLengthEstimate,
    messages,
    hasCodeFence: has(0),
    hasInlineCode: has(1),
    hasCodeSyntax: has(2),
    hasImage: has(3),
    hasTools: has(4),
    wantsJson: has(5),
    endsWithQuestionMark: has(6),
    foreignPermille,
    digitPermille,
    signals,
  };
}

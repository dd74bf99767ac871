/** What the words of a prompt hint at. Order is part of the decision record: append only. */
export const SIGNALS = [
  'code',
  'codeTask',
  'complexity',
  'math',
  'translation',
  'vision',
  'safety',
  'safetyStrong',
  'json',
  'jsonStrong',
  'question',
  'greeting',
  'writing',
  'language',
  'harmless',
] as const;

export type Signal = (typeof SIGNALS)[number];

/** How often each signal was seen. */
export type SignalCounts = Readonly<Record<Signal, number>>;

export const NO_SIGNALS: SignalCounts = {
  code: 0,
  codeTask: 0,
  complexity: 0,
  math: 0,
  translation: 0,
  vision: 0,
  safety: 0,
  safetyStrong: 0,
  json: 0,
  jsonStrong: 0,
  question: 0,
  greeting: 0,
  writing: 0,
  language: 0,
  harmless: 0,
};

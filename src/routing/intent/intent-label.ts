/** What a request is about, in the vocabulary of `router_metadata.intent_label`. Order is part of the decision record: append only. */
export const INTENT_LABELS = [
  'chat_lite',
  'deep_reason',
  'code_gen',
  'json_extract',
  'translation',
  'vision',
  'safety_risk',
] as const;

export type IntentLabel = (typeof INTENT_LABELS)[number];

/** How the label was found: by whom, or `off` when the classifier is switched off; `llm` is a language model that was asked. Order is part of the decision record. */
export const INTENT_METHODS = ['rules', 'off', 'model', 'llm'] as const;
export type IntentMethod = (typeof INTENT_METHODS)[number];

/**
 * What a label is good for: below the low threshold it is `ignored`; from the direct threshold on it
 * `steers` the choice of a model; in between it is a `hint` where the prompt gives no other signal.
 * Order is part of the decision record.
 */
export const INTENT_USES = ['ignored', 'hint', 'steers'] as const;
export type IntentUse = (typeof INTENT_USES)[number];

/** What came of asking a language model for the label. Order is part of the decision record: append only. */
export const OPINION_OUTCOMES = [
  'agreed',
  'overruled',
  'unreadable',
  'late',
  'failed',
  'no_budget',
  'not_allowed',
] as const;
export type OpinionOutcome = (typeof OPINION_OUTCOMES)[number];

/** A language model was asked, or would have been; the classifier's own label and confidence are these. */
export interface SecondOpinion {
  readonly label: IntentLabel;
  readonly confidence: number;
  readonly outcome: OpinionOutcome;
}

export interface Intent {
  readonly label: IntentLabel;
  /** Share of past cases with such signals in which the label was right, 0..1 in steps of 0.001. */
  readonly confidence: number;
  readonly method: IntentMethod;
  readonly use: IntentUse;
  /** Version of the model that found the label, when one did; of a language model its name. */
  readonly model?: string;
  /** Absent when nobody else was asked. */
  readonly asked?: SecondOpinion;
}

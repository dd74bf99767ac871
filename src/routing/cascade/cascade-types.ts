/** What a caller wants of a cascade. Order is part of the decision record: append only. */
export const CASCADE_TYPES = ['cost_optimized', 'balanced', 'quality_focused'] as const;

export type CascadeType = (typeof CASCADE_TYPES)[number];

/** How a type of cascade is built and what it accepts; a caller's own thresholds replace the two below. */
export interface CascadeRules {
  /** Models that are asked at most, the cheapest first. */
  readonly maxSteps: number;
  /** Predicted quality from which on a model may be the first. */
  readonly startQuality: number;
  /** Score from which on an answer is accepted. */
  readonly qualityThreshold: number;
  /** How much evidence a score needs, 0..1. */
  readonly confidenceThreshold: number;
  /** Whether the configured judge looks at answers that the other checks leave open. */
  readonly judged: boolean;
}

export const CASCADE_RULES: Readonly<Record<CascadeType, CascadeRules>> = {
  cost_optimized: {
    maxSteps: 2,
    startQuality: 0.3,
    qualityThreshold: 0.55,
    confidenceThreshold: 0.4,
    judged: false,
  },
  balanced: {
    maxSteps: 3,
    startQuality: 0.4,
    qualityThreshold: 0.7,
    confidenceThreshold: 0.5,
    judged: false,
  },
  quality_focused: {
    maxSteps: 3,
    startQuality: 0.5,
    qualityThreshold: 0.85,
    confidenceThreshold: 0.6,
    judged: true,
  },
};

/** A cascade as a caller, a header or a setting asks for it. */
export interface CascadeWish {
  readonly type: CascadeType;
  readonly qualityThreshold: number;
  readonly confidenceThreshold: number;
  /** `provider/model` of the judge; undefined when none is configured or the type does without. */
  readonly judge: string | undefined;
}

/** What a wish for a cascade starts from. */
export interface CascadeDefaults {
  readonly type: CascadeType;
  /** Model that judges, where the type of cascade has its answers judged. */
  readonly judge: string | undefined;
}

/** A cascade of a type, with thresholds of the caller's own where it named some. */
export function toCascadeWish(
  type: CascadeType,
  wanted: { readonly quality?: number; readonly confidence?: number },
  judge: string | undefined,
): CascadeWish {
  const rules = CASCADE_RULES[type];
  return {
    type,
    qualityThreshold: wanted.quality ?? rules.qualityThreshold,
    confidenceThreshold: wanted.confidence ?? rules.confidenceThreshold,
    judge: rules.judged ? judge : undefined,
  };
}

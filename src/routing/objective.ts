/** What the caller wants most. Order is part of the decision record: append only. */
export const OBJECTIVES = ['cost_optimized', 'balanced', 'quality_focused', 'speed'] as const;

export type Objective = (typeof OBJECTIVES)[number];

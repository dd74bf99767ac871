import type { NanoUsd } from '../../common/money';

/** Who spent, and on what. */
export interface SpendingSubject {
  readonly projectId: string | null;
  readonly userId: string;
  readonly apiKeyId: string | null;
  /** Empty unless asked for. */
  readonly provider: string;
  readonly model: string;
}

/** What somebody spent since each of the given instants. */
export interface Spending extends SpendingSubject {
  readonly spentNanoUsd: readonly NanoUsd[];
}

export interface SpendingQuestion {
  readonly organizationId: string;
  /** In which the windows are; roll-ups serve when theirs is the same. */
  readonly timeZone: string;
  readonly sinceMs: readonly number[];
  /** Also by provider and model. */
  readonly byModel: boolean;
  /** Attempts of which the asker wants to know whether the sums contain them. */
  readonly attemptIds: readonly string[];
  /** Holds whose calls do not count. */
  readonly withoutHolds: readonly string[];
}

export interface SpendingAnswer {
  readonly spendings: readonly Spending[];
  /** Those of the asked attempts that are in the ledger, and so in the sums. */
  readonly recorded: ReadonlySet<string>;
}

import { parseJson } from '../../common/json';
import type { BudgetTarget } from '../budgets/budget';

/** Whose call a hold is for. */
export interface HoldOwner {
  readonly requestId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly apiKeyId: string | null;
  /** Milliseconds; the ledger counts the cost in the windows of this instant. */
  readonly heldAtMs: number;
}

/** What must be known of a hold to book its amount when nobody else does. */
export interface HoldNote extends HoldOwner {
  readonly target: BudgetTarget;
}

/** Short, because it is kept in the store with every hold. */
export function writeHoldNote(
  { requestId, userId, projectId, apiKeyId, heldAtMs }: HoldOwner,
  { provider, model }: BudgetTarget,
): string {
  return JSON.stringify([requestId, userId, projectId, apiKeyId, heldAtMs, provider, model]);
}

/** Undefined for a note of something else. */
export function readHoldNote(note: string): HoldNote | undefined {
  const value: unknown = parseJson(note);
  if (!isList(value)) return undefined;
  const [requestId, userId, projectId, apiKeyId, heldAtMs, provider, model] = value;
  if (typeof requestId !== 'string' || typeof userId !== 'string' || typeof heldAtMs !== 'number')
    return undefined;
  if (typeof provider !== 'string' || typeof model !== 'string') return undefined;
  return {
    requestId,
    userId,
    projectId: typeof projectId === 'string' ? projectId : null,
    apiKeyId: typeof apiKeyId === 'string' ? apiKeyId : null,
    heldAtMs,
    target: { provider, model },
  };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

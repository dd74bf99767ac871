import { isJsonObject, type JsonObject } from '../../common/json';
import type { LiveHold } from '../../quota/quota-store';
import { parseUsageRow, type UsageRow } from '../ledger/usage-row';

/** What one replica knows about an organization that is in no database. */
export interface Contribution {
  /** The outbox folder of the replica. */
  readonly owner: string;
  /** Reservations that have not ended in the store. */
  readonly holds: readonly LiveHold[];
  /** Calls that may not be in the ledger yet; those under the holds above are not among them. */
  readonly rows: readonly UsageRow[];
}

/** As a message. */
export function contributionToJson({ owner, holds, rows }: Contribution): JsonObject {
  return {
    owner,
    holds: holds.map(({ counters, amountNanoUsd, ...rest }) => ({
      ...rest,
      amountNanoUsd: amountNanoUsd.toString(),
      counters: counters.map(({ counter, windowEndsAtMs }) => ({ counter, windowEndsAtMs })),
    })),
    rows: rows.map((row) => ({ ...row })),
  };
}

/** From a message; what is malformed is left out. */
export function contributionFromJson(value: JsonObject): Contribution {
  const { owner, holds, rows } = value;
  return {
    owner: typeof owner === 'string' ? owner : '',
    holds: toList(holds).flatMap((item) => readHold(item) ?? []),
    rows: toList(rows).flatMap((item) => parseUsageRow(item) ?? []),
  };
}

function readHold(value: unknown): LiveHold | undefined {
  if (!isJsonObject(value)) return undefined;
  const { holdId, amountNanoUsd, counters, expiresAtMs, note } = value;
  if (typeof holdId !== 'string' || typeof amountNanoUsd !== 'string' || !/^\d{1,18}$/.test(amountNanoUsd))
    return undefined;
  if (typeof expiresAtMs !== 'number' || typeof note !== 'string') return undefined;
  return {
    holdId,
    amountNanoUsd: BigInt(amountNanoUsd),
    expiresAtMs,
    note,
    counters: toList(counters).flatMap((item) => readCounter(item) ?? []),
  };
}

function readCounter(value: unknown): LiveHold['counters'][number] | undefined {
  if (!isJsonObject(value)) return undefined;
  const { counter, windowEndsAtMs } = value;
  return typeof counter === 'string' && typeof windowEndsAtMs === 'number'
    ? { counter, windowEndsAtMs }
    : undefined;
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

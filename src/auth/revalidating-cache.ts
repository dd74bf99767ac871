import { AppError } from '../common/app-error';
import type { Clock } from '../common/clock';
import { AUTH_ERRORS } from './auth.errors';

export interface RevalidatingCacheOptions {
  /** How long an answer counts without asking again. */
  readonly ttlMs: number;
  /** How long a positive answer may be used while the store does not answer. */
  readonly staleMs: number;
  /** Bound of remembered entries and, separately, of remembered absences. */
  readonly maxEntries: number;
  /** A look-up that takes longer counts as a store that is down. */
  readonly loadTimeoutMs: number;
}

interface Entry<V> {
  readonly value: V;
  readonly loadedAtMs: number;
  freshUntilMs: number;
}

/** After a failed look-up the store is left alone this long; requests are decided from memory at once. */
const STORE_REST_MS = 1_000;
const MAX_RELOADS = 3;

/**
 * Bounded memory of look-ups in a store that may be down. Concurrent misses share one look-up. An entry found before
 * outlives an outage up to `staleMs`; an unknown one fails with `store_unavailable`, because "not found" and "cannot look"
 * are different answers. Absences are remembered apart, so that guessing keys cannot push known ones out.
 */
export class RevalidatingCache<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #absences = new Map<string, number>();
  readonly #pending = new Map<string, Promise<V | null>>();
  #epoch = 0;
  #storeRestsUntilMs = Number.NEGATIVE_INFINITY;
  #lastFailure: unknown;

  constructor(
    private readonly clock: Clock,
    private readonly options: RevalidatingCacheOptions,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  /** What is known without looking: the value, null for a fresh absence, undefined when a look-up is needed. */
  peek(key: string): V | null | undefined {
    const nowMs = this.clock.monotonic();
    const entry = this.#entries.get(key);
    if (entry !== undefined) return nowMs < entry.freshUntilMs ? entry.value : undefined;
    const absentUntilMs = this.#absences.get(key);
    return absentUntilMs !== undefined && nowMs < absentUntilMs ? null : undefined;
  }

  /** Looks up, or joins the look-up that is under way. */
  load(key: string, look: () => Promise<V | null>): Promise<V | null> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const started = this.lookUp(key, look).finally(() => this.#pending.delete(key));
    this.#pending.set(key, started);
    return started;
  }

  /** Remembers a value that was just read from the store. */
  put(key: string, value: V): void {
    const nowMs = this.clock.monotonic();
    this.#absences.delete(key);
    this.#entries.delete(key);
    this.#entries.set(key, { value, loadedAtMs: nowMs, freshUntilMs: nowMs + this.options.ttlMs });
    dropOldest(this.#entries, this.options.maxEntries);
  }

  /** Forgets matching entries, and whatever look-ups under way may bring: they look again. */
  invalidate(matches: (value: V) => boolean): void {
    this.#epoch += 1;
    this.#absences.clear();
    for (const [key, entry] of this.#entries) if (matches(entry.value)) this.#entries.delete(key);
  }

  /** Makes every entry look again before its next use; during an outage they stay usable. For missed messages. */
  expireAll(): void {
    this.#epoch += 1;
    this.#absences.clear();
    for (const entry of this.#entries.values()) entry.freshUntilMs = Number.NEGATIVE_INFINITY;
  }

  private async lookUp(key: string, look: () => Promise<V | null>): Promise<V | null> {
    if (this.clock.monotonic() < this.#storeRestsUntilMs) return this.withoutStore(key);
    let found: V | null = null;
    for (let round = 0; round < MAX_RELOADS; round += 1) {
      const epoch = this.#epoch;
      try {
        found = await withDeadline(look(), this.options.loadTimeoutMs);
      } catch (error) {
        this.#storeRestsUntilMs = this.clock.monotonic() + STORE_REST_MS;
        this.#lastFailure = error;
        return this.withoutStore(key);
      }
      // An invalidation in the meantime may be about exactly this entry, read before the change.
      if (epoch === this.#epoch) {
        this.remember(key, found);
        return found;
      }
    }
    return found;
  }

  private remember(key: string, found: V | null): void {
    if (found !== null) {
      this.put(key, found);
      return;
    }
    this.#entries.delete(key);
    this.#absences.delete(key);
    this.#absences.set(key, this.clock.monotonic() + this.options.ttlMs);
    dropOldest(this.#absences, this.options.maxEntries);
  }

  private withoutStore(key: string): V {
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.clock.monotonic() - entry.loadedAtMs < this.options.staleMs)
      return entry.value;
    throw new AppError(AUTH_ERRORS.storeUnavailable, {
      public: 'Authentication is temporarily unavailable. Please try again.',
      internal: 'the database did not answer an authentication look-up',
      retryAfterSeconds: Math.ceil(STORE_REST_MS / 1_000),
      cause: this.#lastFailure,
    });
  }
}

function dropOldest(map: Map<string, unknown>, maxEntries: number): void {
  for (const key of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(key);
  }
}

async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

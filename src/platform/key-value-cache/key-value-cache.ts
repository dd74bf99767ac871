/**
 * Bytes that may be forgotten at any time. A cache that is away answers "not there" and forgets what
 * it is given: it never fails a request. Values are shared, so nobody changes a buffer it got or gave.
 */
export abstract class KeyValueCache {
  abstract get(key: string): Promise<Buffer | undefined>;
  abstract set(key: string, value: Buffer, ttlMs: number): Promise<void>;
  abstract delete(key: string): Promise<void>;
}

import { randomFillSync } from 'node:crypto';

/** The parts of a W3C `traceparent` header that matter here. */
export interface TraceParent {
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly sampled: boolean;
}

// Version 00 has exactly four parts; later versions may append more, version ff is forbidden.
const HEADER = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const MAX_HEADER_LENGTH = 512;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

const pool = Buffer.allocUnsafe(4096);
let poolOffset = pool.length;

/** Reads a `traceparent` header; undefined when it is missing or not valid. */
export function parseTraceParent(header: string | undefined): TraceParent | undefined {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  const [, version, traceId, parentSpanId, flags, rest] = HEADER.exec(header) ?? [];
  if (traceId === undefined || parentSpanId === undefined || flags === undefined) return undefined;
  if (version === '00' && rest !== undefined) return undefined;
  return { traceId, parentSpanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The `traceparent` header for a call to someone else. */
export function formatTraceParent(parts: { traceId: string; spanId: string; sampled: boolean }): string {
  return `00-${parts.traceId}-${parts.spanId}-${parts.sampled ? '01' : '00'}`;
}

export function newTraceId(): string {
  return randomHex(TRACE_ID_BYTES);
}

export function newSpanId(): string {
  return randomHex(SPAN_ID_BYTES);
}

function randomHex(bytes: number): string {
  if (poolOffset + bytes > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  poolOffset += bytes;
  return pool.toString('hex', poolOffset - bytes, poolOffset);
}

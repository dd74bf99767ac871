import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../platform/config/secret';

/** Whether an `Authorization` header opens the metrics; compares in constant time. Open when no token is configured. */
export function mayReadMetrics(authorization: string | undefined, token: Secret | undefined): boolean {
  if (token === undefined) return true;
  const given = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

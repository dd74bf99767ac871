const ISO_8601 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
/** The database knows no year 0; nothing of ours is that old anyway. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9999, 11, 31);

/**
 * Reads an ISO 8601 date or instant of a query, in UTC when it names no offset. Anything else is
 * returned as it is, so that the validation that follows refuses it.
 */
export function toInstant(value: unknown): unknown {
  if (typeof value !== 'string' || !ISO_8601.test(value)) return value;
  const hasOffset = !value.includes('T') || /(?:Z|[+-]\d\d:?\d\d)$/.test(value);
  const instant = new Date(hasOffset ? value : `${value}Z`);
  return instant.getTime() >= EARLIEST && instant.getTime() <= LATEST ? instant : value;
}

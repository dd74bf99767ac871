import type { ArgumentMetadata } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { isJsonObject } from '../../common/json';
import { HTTP_ERRORS } from './http.errors';

const NUL = '\0';
const MAX_PLACE = 200;

/**
 * PostgreSQL keeps no U+0000 in texts and JSON. A name in the address that has one names nothing (404); in a query or a body it is
 * `validation_error` (400).
 */
export function refuseNul(value: unknown, { type, data }: ArgumentMetadata): void {
  if (type === 'custom') return;
  const place = placeOfNul(value, data ?? '');
  if (place === undefined) return;
  if (type === 'param')
    throw new AppError(HTTP_ERRORS.notFound, { public: 'There is nothing of this name.', param: data });
  throw new AppError(HTTP_ERRORS.validation, {
    public: 'The character U+0000 is not allowed in texts.',
    param: place.replaceAll(NUL, '').slice(0, MAX_PLACE),
  });
}

/** Where the first one is; undefined when there is none. */
function placeOfNul(value: unknown, place: string): string | undefined {
  if (typeof value === 'string') return value.includes(NUL) ? place : undefined;
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      const found = placeOfNul(entry, `${place}[${String(index)}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const inside = place === '' ? name : `${place}.${name}`;
    const found = name.includes(NUL) ? inside : placeOfNul(member, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

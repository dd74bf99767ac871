import { isJsonObject } from './json';

/**
 * JSON text that depends on the value only: members sorted by name, no white space. A hash over it is the same
 * for a value that went through PostgreSQL's `jsonb`, which keeps neither order nor spacing.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item)).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}

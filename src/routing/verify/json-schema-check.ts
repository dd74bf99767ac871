import { isJsonObject, type JsonObject } from '../../common/json';

/** Schemas may refer to themselves; an answer that needs more than this is not looked into any deeper. */
const MAX_DEPTH = 32;

/**
 * Whether a value has the shape a JSON Schema asks for, by the keywords models are given: type, required, properties,
 * additionalProperties false, items, enum, const, anyOf, oneOf, allOf. Keywords it does not know ask for nothing, so
 * it never refuses what a full validator would take.
 */
export function matchesSchema(value: unknown, schema: unknown, depth = 0): boolean {
  if (!isJsonObject(schema) || depth > MAX_DEPTH) return schema !== false;
  return (
    matchesType(value, schema['type']) &&
    matchesValues(value, schema) &&
    matchesCombination(value, schema, depth) &&
    matchesObject(value, schema, depth) &&
    matchesArray(value, schema, depth)
  );
}

function matchesType(value: unknown, type: unknown): boolean {
  if (Array.isArray(type)) return type.some((one) => matchesType(value, one));
  switch (type) {
    case 'object':
      return isJsonObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'null':
      return value === null;
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}

function matchesValues(value: unknown, schema: JsonObject): boolean {
  const text = JSON.stringify(value);
  if ('const' in schema && JSON.stringify(schema['const']) !== text) return false;
  const allowed = schema['enum'];
  return !Array.isArray(allowed) || allowed.some((one) => JSON.stringify(one) === text);
}

function matchesCombination(value: unknown, schema: JsonObject, depth: number): boolean {
  const matches = (one: unknown): boolean => matchesSchema(value, one, depth + 1);
  const { anyOf, oneOf, allOf } = schema;
  return (
    (!Array.isArray(anyOf) || anyOf.some(matches)) &&
    (!Array.isArray(oneOf) || oneOf.some(matches)) &&
    (!Array.isArray(allOf) || allOf.every(matches))
  );
}

function matchesObject(value: unknown, schema: JsonObject, depth: number): boolean {
  if (!isJsonObject(value)) return true;
  const { required, properties, additionalProperties } = schema;
  const known = isJsonObject(properties) ? properties : {};
  if (Array.isArray(required) && !required.every((name) => Object.hasOwn(value, String(name)))) return false;
  return Object.entries(value).every(([name, member]) =>
    Object.hasOwn(known, name)
      ? matchesSchema(member, known[name], depth + 1)
      : matchesSchema(member, additionalProperties ?? {}, depth + 1),
  );
}

function matchesArray(value: unknown, { items }: JsonObject, depth: number): boolean {
  return !Array.isArray(value) || value.every((item) => matchesSchema(item, items ?? {}, depth + 1));
}

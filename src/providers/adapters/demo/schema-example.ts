import { isJsonObject, type JsonObject } from '../../../common/json';

/** Nesting at which recursive schemas are ended. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 20;
const EXAMPLE_OF_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  email: 'demo@example.com',
  uuid: '00000000-0000-4000-8000-000000000000',
  uri: 'https://example.com/demo',
  ipv4: '192.0.2.1',
};

/**
 * A value that satisfies a JSON Schema as far as types, enum, const, required, items, simple bounds,
 * local references and the first branch of alternatives go. `hint` fills free texts.
 */
export function exampleOf(schema: JsonObject, hint: string): unknown {
  return example(schema, { root: schema, hint, depth: 0 });
}

interface Place {
  readonly root: JsonObject;
  readonly hint: string;
  readonly depth: number;
}

function example(node: unknown, place: Place): unknown {
  if (!isJsonObject(node) || place.depth > MAX_DEPTH) return null;
  const inside = { ...place, depth: place.depth + 1 };
  if (typeof node['$ref'] === 'string') return example(resolve(node['$ref'], place.root), inside);
  if ('const' in node) return node['const'];
  if (Array.isArray(node['enum']) && node['enum'].length > 0) return node['enum'][0];
  for (const alternatives of [node['anyOf'], node['oneOf']]) {
    if (Array.isArray(alternatives)) return example(alternatives[0], inside);
  }
  if (Array.isArray(node['allOf'])) return mergeAll(node['allOf'], inside);
  return exampleOfType(typeOf(node), node, inside);
}

function exampleOfType(type: string, node: JsonObject, place: Place): unknown {
  switch (type) {
    case 'object':
      return exampleObject(node, place);
    case 'array':
      return exampleArray(node, place);
    case 'integer':
    case 'number':
      return exampleNumber(node);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return exampleText(node, place.hint);
  }
}

function typeOf(node: JsonObject): string {
  const { type } = node;
  if (Array.isArray(type)) return String(type[0]);
  if (typeof type === 'string') return type;
  if ('properties' in node) return 'object';
  return 'items' in node ? 'array' : 'string';
}

/** Deep down only what is required, so that recursive schemas come to an end. */
function exampleObject(node: JsonObject, place: Place): JsonObject {
  const properties = isJsonObject(node['properties']) ? node['properties'] : {};
  const required = Array.isArray(node['required']) ? node['required'] : [];
  const names = place.depth > MAX_DEPTH / 2 ? required.map(String) : Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, example(properties[name] ?? {}, place)]));
}

function exampleArray(node: JsonObject, place: Place): readonly unknown[] {
  const minimum = typeof node['minItems'] === 'number' ? node['minItems'] : 1;
  const length = Math.min(Math.max(minimum, place.depth > MAX_DEPTH / 2 ? 0 : 1), MAX_ITEMS);
  return Array.from({ length }, () => example(node['items'] ?? {}, place));
}

function exampleNumber(node: JsonObject): number {
  const { minimum, exclusiveMinimum, maximum } = node;
  if (typeof minimum === 'number') return Math.ceil(minimum);
  if (typeof exclusiveMinimum === 'number') return Math.floor(exclusiveMinimum) + 1;
  return typeof maximum === 'number' ? Math.min(1, Math.floor(maximum)) : 1;
}

function exampleText(node: JsonObject, hint: string): string {
  const { format, minLength, maxLength } = node;
  const known = typeof format === 'string' ? EXAMPLE_OF_FORMAT[format] : undefined;
  if (known !== undefined) return known;
  const longEnough = hint.padEnd(typeof minLength === 'number' ? Math.min(minLength, 1_000) : 0, '.');
  return longEnough.slice(0, typeof maxLength === 'number' ? Math.max(0, maxLength) : longEnough.length);
}

function mergeAll(parts: readonly unknown[], place: Place): unknown {
  const values = parts.map((part) => example(part, place));
  return values.every(isJsonObject) ? Object.assign({}, ...values) : values[0];
}

/** References within the schema itself, such as `#/$defs/step`; others give nothing. */
function resolve(reference: string, root: JsonObject): unknown {
  if (!reference.startsWith('#')) return undefined;
  let node: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    node = isJsonObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;
  }
  return node;
}

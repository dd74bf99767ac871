import { isJsonObject, type JsonObject } from '../../../common/json';

/** What Gemini heeds in a JSON schema; members that begin with `$` are structure and always pass. */
const HEEDED: ReadonlySet<string> = new Set([
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
]);
const SCHEMA_MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'patternProperties']);
const SCHEMAS: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
const SCHEMA_LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'prefixItems']);
const OLD_DEFINITIONS = '#/definitions/';
/** Deeper than any schema a person writes. */
const MAX_DEPTH = 64;

/**
 * A JSON schema as Gemini understands it. Only what has an equal is rewritten (`const`, a lone `allOf`,
 * old `definitions`); the rest passes untouched, and what has no effect there is added to `ignored`.
 */
export function toGeminiSchema(schema: JsonObject, ignored: Set<string>): JsonObject {
  return new SchemaWriter(ignored).write(schema, 0);
}

class SchemaWriter {
  constructor(private readonly ignored: Set<string>) {}

  write(schema: JsonObject, depth: number): JsonObject {
    if (depth > MAX_DEPTH) return schema;
    const source = withoutLoneAllOf(schema);
    const refersElsewhere = typeof source['$ref'] === 'string';
    const wire: Record<string, unknown> = {};
    for (const name in source) {
      // A reference must stand alone: Gemini refuses the request otherwise.
      if (refersElsewhere && !name.startsWith('$')) this.ignored.add(name);
      else this.writeMember(wire, { name, value: source[name], depth });
    }
    return wire;
  }

  private writeMember(wire: Record<string, unknown>, member: Member): void {
    const { name, value, depth } = member;
    if (name === 'const') this.writeConst(wire, value);
    else if (name === '$ref') wire['$ref'] = toNewReference(value);
    else if (name === 'definitions') wire['$defs'] = this.writeMap(value, depth);
    else {
      if (!HEEDED.has(name) && !name.startsWith('$')) this.ignored.add(name);
      wire[name] = this.writeValue(member);
    }
  }

  private writeValue({ name, value, depth }: Member): unknown {
    if (SCHEMA_MAPS.has(name)) return this.writeMap(value, depth);
    if (SCHEMA_LISTS.has(name) && Array.isArray(value))
      return value.map((item: unknown) => (isJsonObject(item) ? this.write(item, depth + 1) : item));
    return SCHEMAS.has(name) && isJsonObject(value) ? this.write(value, depth + 1) : value;
  }

  private writeMap(value: unknown, depth: number): unknown {
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([name, item]) => [name, isJsonObject(item) ? this.write(item, depth + 1) : item]),
    );
  }

  /** A single allowed text or number is an `enum` of one; other constants have no equal. */
  private writeConst(wire: Record<string, unknown>, value: unknown): void {
    if (typeof value === 'string' || typeof value === 'number') wire['enum'] = [value];
    else this.ignored.add('const');
  }
}

interface Member {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
}

/** `allOf` around one schema is how generators add a description to a reference. */
function withoutLoneAllOf(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  if (!Array.isArray(allOf) || allOf.length !== 1) return schema;
  const only: unknown = allOf[0];
  return isJsonObject(only) ? { ...rest, ...only } : schema;
}

function toNewReference(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(OLD_DEFINITIONS)
    ? `#/$defs/${value.slice(OLD_DEFINITIONS.length)}`
    : value;
}

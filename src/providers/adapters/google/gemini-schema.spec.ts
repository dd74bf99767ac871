import type { JsonObject } from '../../../common/json';
import { toGeminiSchema } from './gemini-schema';

function map(schema: JsonObject): { schema: JsonObject; ignored: string[] } {
  const ignored = new Set<string>();
  return { schema: toGeminiSchema(schema, ignored), ignored: [...ignored] };
}

describe('toGeminiSchema', () => {
  it('passes a schema Gemini understands untouched, closed objects and empty definitions included', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      title: 'Order',
      properties: {
        items: { type: 'array', minItems: 1, items: { $ref: '#/$defs/Item' } },
        note: { anyOf: [{ type: 'string', description: 'free text' }, { type: 'null' }] },
        type: { type: 'string', enum: ['a', 'b'] },
      },
      required: ['items'],
      additionalProperties: false,
      $defs: { Item: { type: 'integer', minimum: 1, maximum: 9 }, Unused: {} },
    };

    expect(map(schema)).toEqual({ schema, ignored: [] });
  });

  it('adds nothing to an empty schema', () => {
    expect(map({})).toEqual({ schema: {}, ignored: [] });
  });

  it('passes what has no effect there, and names it', () => {
    const schema = {
      type: 'object',
      properties: { code: { type: 'string', pattern: '^[A-Z]+$', minLength: 2 } },
      not: { required: ['x'] },
    };

    expect(map(schema)).toEqual({ schema, ignored: ['pattern', 'minLength', 'not'] });
  });

  it('does not take the name of a property for a keyword', () => {
    const schema = { type: 'object', properties: { pattern: { type: 'string' }, const: { type: 'number' } } };

    expect(map(schema)).toEqual({ schema, ignored: [] });
  });

  it('turns a constant into a choice of one where there is such a choice', () => {
    expect(map({ properties: { kind: { const: 'cat' }, ok: { const: true } } })).toEqual({
      schema: { properties: { kind: { enum: ['cat'] }, ok: {} } },
      ignored: ['const'],
    });
  });

  it('lets a reference stand alone, without which Gemini refuses the request', () => {
    expect(map({ properties: { a: { allOf: [{ $ref: '#/definitions/A' }], description: 'x' } } })).toEqual({
      schema: { properties: { a: { $ref: '#/$defs/A' } } },
      ignored: ['description'],
    });
  });

  it('renames the definitions of old drafts together with their references', () => {
    expect(map({ $ref: '#/definitions/A', definitions: { A: { type: 'string' } } })).toMatchObject({
      schema: { $ref: '#/$defs/A' },
    });
    expect(map({ items: { $ref: '#/definitions/A' }, definitions: { A: { type: 'string' } } })).toEqual({
      schema: { items: { $ref: '#/$defs/A' }, $defs: { A: { type: 'string' } } },
      ignored: [],
    });
  });

  it('survives nesting without end', () => {
    let schema: JsonObject = { type: 'string' };
    for (let i = 0; i < 5_000; i++) schema = { items: schema };

    expect(() => map(schema)).not.toThrow();
  });
});

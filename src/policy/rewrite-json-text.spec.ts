import fc from 'fast-check';
import { finish } from '../common/steps';
import { isJsonDocument } from './json-check';
import { rewriteJsonText as rewriteInSteps } from './rewrite-json-text';

type Rewrite = (value: string, key: string | undefined) => string | undefined;

const rewriteJsonText = (text: string, rewrite: Rewrite): string | undefined =>
  finish(
    // eslint-disable-next-line require-yield -- the answer is at hand
    rewriteInSteps(text, function* (value, key) {
      return rewrite(value, key);
    }),
  );

const upper = (value: string): string | undefined => (value.includes('secret') ? '[X]' : undefined);

describe('rewriteJsonText', () => {
  it('changes what is asked for and keeps every other byte, spacing and escapes included', () => {
    const text = '{ "a" : "caf\\u00e9",\n\t"b": ["secret 1", 1.50e3, true, null], "c\\"": {} }';

    expect(rewriteJsonText(text, upper)).toBe(text.replace('"secret 1"', '"[X]"'));
  });

  it('turns a replaced number into a string, so that the result is JSON', () => {
    const result = rewriteJsonText('{"card": 4111111111111111, "n": -2}', (value) =>
      value.length > 10 ? '[CARD]' : undefined,
    );

    expect(result).toBe('{"card": "[CARD]", "n": -2}');
  });

  it('tells which key a value belongs to, and none inside an array of another member', () => {
    const seen: [string, string | undefined][] = [];

    rewriteJsonText('{"ssn":"1","list":["x"],"plain":{"y":"z"}}', (value, key) => {
      seen.push([value, key]);
      return undefined;
    });

    expect(seen).toContainEqual(['1', 'ssn']);
    expect(seen).toContainEqual(['z', 'y']);
  });

  it('sees through escapes', () => {
    expect(rewriteJsonText('["\\u0073ecret"]', upper)).toBe('["[X]"]');
  });

  it('leaves what is not a JSON document to others', () => {
    expect(rewriteJsonText('hello {"a"}', upper)).toBeUndefined();
    expect(rewriteJsonText('{"a":', upper)).toBeUndefined();
    expect(rewriteJsonText('', upper)).toBeUndefined();
  });

  it('gives back any JSON unchanged when nothing is replaced, and JSON when everything is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.object(), fc.array(fc.jsonValue())), (value) => {
        const text = JSON.stringify(value);
        expect(rewriteJsonText(text, () => undefined)).toBe(text);
        expect(() => JSON.parse(rewriteJsonText(text, () => '[X]') ?? '') as unknown).not.toThrow();
      }),
    );
  });
});

describe('isJsonDocument', () => {
  const isJson = (text: string): boolean => finish(isJsonDocument(text));
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const bits = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '\\',
    '\\u12aF',
    '\\n',
    '0',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '1e+5',
  ];
  const more = [
    '-0.1E2',
    'true',
    'false',
    'nul',
    'null',
    ' ',
    '\n',
    '\t',
    '\u0001',
    'é',
    '\ud800',
    '"x":',
    '{}',
    '[]',
  ];

  it('accepts exactly what JSON.parse accepts', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...bits, ...more), { maxLength: 9 }), (pieces) => {
        expect(isJson(pieces.join(''))).toBe(parses(pieces.join('')));
      }),
      { numRuns: 5_000 },
    );
  });

  it('accepts exactly what JSON.parse accepts when one character of a document is another', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom(...bits, ...more), (text, place, piece) => {
        const at = place % (text.length + 1);
        const changed = text.slice(0, at) + piece + text.slice(at + 1);

        expect(isJson(text)).toBe(true);
        expect(isJson(changed)).toBe(parses(changed));
      }),
      { numRuns: 3_000 },
    );
  });

  it('works in steps', () => {
    const steps = isJsonDocument(`["${'a'.repeat(100_000)}"]`);

    expect(steps.next().done).toBe(false);
    expect(finish(steps)).toBe(true);
  });
});

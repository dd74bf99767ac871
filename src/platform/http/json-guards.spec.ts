import fc from 'fast-check';
import { hasProtoMember, nestsDeeperThan } from './json-guards';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('nestsDeeperThan', () => {
  it('agrees with the depth of the parsed value for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.nat(8), (text, limit) => {
        expect(nestsDeeperThan(text, limit)).toBe(depthOf(JSON.parse(text)) > limit);
      }),
    );
  });

  it('does not count brackets inside of strings, escaped quotes included', () => {
    expect(nestsDeeperThan(JSON.stringify([`${'['.repeat(500)}"\\"${'{'.repeat(500)}`]), 3)).toBe(false);
  });
});

describe('hasProtoMember', () => {
  it.each([
    '{"__proto__":1}',
    '[{"a":{"__proto__":{}}}]',
    '{"\\u005f\\u005fproto__":1}',
    '{"__pr\\u006Fto__":1}',
  ])('finds the member in %s', (text) => {
    expect(hasProtoMember(text, JSON.parse(text))).toBe(true);
  });

  it.each(['{"a":"__proto__"}', '{"constructor":{"prototype":{}}}', '{"a":"\\u0061"}', 'null'])(
    'lets %s pass',
    (text) => {
      expect(hasProtoMember(text, JSON.parse(text))).toBe(false);
    },
  );
});

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { KeyRing } from './key-ring';

const key = (name: string): string => `${name}:${randomBytes(32).toString('base64')}`;

describe('KeyRing', () => {
  const [first, second] = [key('first'), key('second')];
  const ring = KeyRing.parse(first);

  it('gives back exactly what it sealed, for its owner only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (plain, owner) => {
        const sealed = ring.seal(plain, owner);
        expect(ring.open(sealed, owner)).toBe(Buffer.from(plain).toString('utf8'));
        expect(ring.open(sealed, `${owner}x`)).toBeUndefined();
      }),
    );
  });

  it('never seals the same text alike, and shows nothing of it', () => {
    const [one, two] = [ring.seal('sk-secret', 'org'), ring.seal('sk-secret', 'org')];

    expect(one.text).not.toBe(two.text);
    expect(Buffer.from(one.text, 'base64url').toString('latin1')).not.toContain('sk-secret');
  });

  it('refuses a text that was changed anywhere', () => {
    const sealed = ring.seal('sk-secret', 'org');
    for (let i = 0; i < sealed.text.length; i += 1) {
      const other = sealed.text[i] === 'A' ? 'B' : 'A';
      const changed = sealed.text.slice(0, i) + other + sealed.text.slice(i + 1);
      const opened = ring.open({ ...sealed, text: changed }, 'org');
      // The last character of a part may have bits that count for nothing.
      expect(opened === undefined || opened === 'sk-secret').toBe(true);
    }
    expect(ring.open({ ...sealed, text: '' }, 'org')).toBeUndefined();
    expect(ring.open({ ...sealed, text: '..' }, 'org')).toBeUndefined();
  });

  it('reads with old keys, writes with the first one, and knows nothing without the key', () => {
    const sealed = ring.seal('sk-secret', 'org');
    const rotated = KeyRing.parse(`${second},${first}`);

    expect(rotated.open(sealed, 'org')).toBe('sk-secret');
    expect(rotated.seal('x', 'org').keyId).toBe('second');
    expect(KeyRing.parse(second).open(sealed, 'org')).toBeUndefined();
    expect(KeyRing.parse(second.replace('second', 'first')).open(sealed, 'org')).toBeUndefined();
  });

  it.each(['', 'no colon', 'a:c2hvcnQ=', `${key('a')},${key('a')}`, `bad name:${key('x').slice(2)}`])(
    'refuses the list %# without quoting a key',
    (text) => {
      expect(() => KeyRing.parse(text)).toThrow(/^(?!.*c2hvcnQ)/);
    },
  );
});

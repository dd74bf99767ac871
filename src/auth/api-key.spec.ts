import { Secret } from '../platform/config/secret';
import { ApiKeyHasher, displayPrefix, isIssuedKeyForm, newApiKey } from './api-key';

const hasher = new ApiKeyHasher(new Secret('a pepper of at least thirty-two characters'));

describe('API keys', () => {
  it('carry 256 random bits, evenly spread over the alphabet', () => {
    const keys = Array.from({ length: 3_000 }, newApiKey);
    const counts = new Map<string, number>();
    for (const character of keys.map((key) => key.slice(3)).join(''))
      counts.set(character, (counts.get(character) ?? 0) + 1);
    const expected = (3_000 * 43) / 62;

    expect(new Set(keys).size).toBe(3_000);
    expect(keys.every(isIssuedKeyForm)).toBe(true);
    expect(counts.size).toBe(62);
    expect(Math.max(...counts.values())).toBeLessThan(expected * 1.15);
    expect(Math.min(...counts.values())).toBeGreaterThan(expected * 0.85);
  });

  it('are recognised by form, so that junk costs no look-up', () => {
    const key = newApiKey();

    expect(
      [
        key.slice(0, -1),
        `${key}a`,
        ` ${key}`,
        `${key}\n`,
        key.replace('mm_', 'MM_'),
        `${key.slice(0, -1)}-`,
      ].filter(isIssuedKeyForm),
    ).toEqual([]);
  });

  it('are stored under a hash that depends on the pepper and on every character', () => {
    const key = newApiKey();
    const other = new ApiKeyHasher(new Secret('another pepper of more than thirty-two characters'));

    expect(hasher.hash(key)).toMatch(/^[0-9a-f]{64}$/);
    expect(hasher.hash(key)).not.toBe(other.hash(key));
    expect(hasher.hash(key)).not.toBe(hasher.hash(key.slice(0, -1)));
  });

  it('show eight of their random characters', () => {
    expect(displayPrefix('mm_abcdefghIJKLMNOP')).toBe('mm_abcdefgh');
  });
});

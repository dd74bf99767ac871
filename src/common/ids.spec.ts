import { newId, timeOfId } from './ids';

describe('newId', () => {
  it('never repeats and never contains a queue separator', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => newId('att')));

    expect(ids.size).toBe(20_000);
    expect([...ids].every((id) => /^att_[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true);
  });

  it('sorts by the time it was made at', () => {
    expect(newId('req', 1_000) < newId('req', 1_001)).toBe(true);
    expect(newId('req', 1_700_000_000_000) < newId('req', 1_800_000_000_000)).toBe(true);
  });

  it('gives back its own time and refuses foreign text', () => {
    expect(timeOfId(newId('req', 1_763_000_000_123))).toBe(1_763_000_000_123);
    expect(timeOfId('chatcmpl-1')).toBeUndefined();
    expect(timeOfId('req_UPPER-CASE')).toBeUndefined();
  });
});

import { looksLikeJwt, readCredential } from './credential';

describe('readCredential', () => {
  it.each([
    [{ authorization: 'Bearer mm_abc' }, { kind: 'api_key', token: 'mm_abc' }],
    [{ authorization: 'bearer   mm_abc ' }, { kind: 'api_key', token: 'mm_abc' }],
    [{ 'x-api-key': 'mm_abc' }, { kind: 'api_key', token: 'mm_abc' }],
    [
      { authorization: 'Basic dXNlcg==', 'x-api-key': 'mm_abc' },
      { kind: 'api_key', token: 'mm_abc' },
    ],
    [{ authorization: 'Bearer a.b.c' }, { kind: 'jwt', token: 'a.b.c' }],
    [{ authorization: 'Bearer a.b.' }, { kind: 'jwt', token: 'a.b.' }],
    [{ 'x-api-key': 'a.b.c' }, { kind: 'api_key', token: 'a.b.c' }],
    [{}, { kind: 'none' }],
    [{ authorization: 'Bearer' }, { kind: 'none' }],
    [{ authorization: 'Bearer two words' }, { kind: 'none' }],
    [{ authorization: 'Basic dXNlcg==' }, { kind: 'none' }],
    [{ 'x-api-key': '' }, { kind: 'none' }],
    [{ cookie: 'api_key=mm_abc' }, { kind: 'none' }],
  ])('reads %j', (headers, expected) => {
    expect(readCredential(headers)).toEqual(expected);
  });

  it('takes exactly three parts for a JWT', () => {
    expect(['a', 'a.b', 'a.b.c', 'a.b.c.d', '.b.c'].map(looksLikeJwt)).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('reads a hostile header in linear time', () => {
    const started = performance.now();

    readCredential({ authorization: `Bearer ${' '.repeat(50_000)}x y` });

    expect(performance.now() - started).toBeLessThan(200);
  });
});

import { describeError } from './describe-error';

describe('describeError', () => {
  it('leaves out what drivers attach and what a message quotes', () => {
    const cause = Object.assign(new Error('connect postgres://user:hunter2@db/x'), { code: 'ECONNREFUSED' });
    const error = Object.assign(
      new Error('insert failed for jane.doe@example.org with key sk-abcdefgh12345678', { cause }),
      {
        query: 'SELECT canary',
        parameters: ['canary'],
      },
    );
    const text = JSON.stringify(describeError(error));

    expect(text).toContain('insert failed');
    expect(text).toContain('ECONNREFUSED');
    expect(text).not.toMatch(/canary|hunter2|jane|abcdefgh/);
  });

  it.each([
    'Bearer abc.def-ghi',
    'mm_0123456789abcdef',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    'AIzaSyA1234567890abcdefghij',
    'password=letmein',
    '"a quoted prompt that somebody typed in here"',
  ])('takes %s out of a message', (secret) => {
    expect(describeError(new Error(`refused ${secret}`)).message).not.toContain(
      secret.replace(/^Bearer |^password=/, ''),
    );
  });

  it('does not repeat what the JSON parser quotes', () => {
    let error: unknown;
    try {
      JSON.parse('canary');
    } catch (thrown) {
      error = thrown;
    }

    expect(JSON.stringify(describeError(error))).not.toContain('canary');
  });

  it('keeps the frames of the stack without its head, and ends endless causes', () => {
    const error = new Error('canary-head\nsecond line');
    error.cause = error;
    const described = describeError(error);

    expect(described.stack).toMatch(/^\s+at /);
    expect(described.stack).not.toContain('canary-head');
    expect(JSON.stringify(described).length).toBeLessThan(10_000);
  });

  it.each([null, undefined, 'text', 7, {}])('copes with %p being thrown', (thrown) => {
    expect(describeError(thrown).message).toBe('not an Error object');
  });

  it('handles a message of megabytes in no time', () => {
    const startedAt = performance.now();
    describeError(new Error('a@'.repeat(2_000_000)));

    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

import { inspect } from 'node:util';
import { ConfigProblems, loadConfig } from './load-config';
import type { Secret } from './secret';
import { Setting } from './setting';
import { choice, flag, integer, list, secret, usd } from './setting-types';

class SampleConfig {
  static readonly section = 'Sample';

  @Setting({ env: 'PORT', type: integer({ min: 0, max: 65535 }), default: 8000, describe: 'Port.' })
  readonly port: number;

  @Setting({
    env: 'FEATURES__SAMPLE',
    type: flag(),
    default: true,
    modeDefaults: { basic: false },
    describe: 'Flag.',
  })
  readonly sample: boolean;

  @Setting({ env: 'SAMPLE_KEY', type: secret({ minLength: 8 }), secret: true, describe: 'Key.' })
  readonly key: Secret | undefined;

  @Setting({ env: 'SAMPLE_LIST', aliases: ['OLD_LIST'], type: list(), default: [], describe: 'List.' })
  readonly list: readonly string[];

  @Setting({ env: 'SAMPLE_COLOR', type: choice(['red', 'green']), default: 'red', describe: 'Color.' })
  readonly color: 'red' | 'green';

  @Setting({
    env: 'SAMPLE_BUDGET',
    type: usd(),
    default: 10_000_000_000n,
    describe: 'Budget.',
    unsafeInProduction: (value) => (value === 0n ? 'must not be zero' : undefined),
  })
  readonly budget: bigint;
}

const load = (raw: Record<string, string>): SampleConfig => loadConfig([SampleConfig], raw).get(SampleConfig);

function problemsOf(raw: Record<string, string>): readonly string[] {
  try {
    load(raw);
    return [];
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems;
    throw error;
  }
}

describe('loadConfig', () => {
  it('gives every setting its default when nothing is set', () => {
    expect(load({})).toMatchObject({
      port: 8000,
      sample: true,
      list: [],
      color: 'red',
      budget: 10_000_000_000n,
    });
  });

  it('reports all problems at once, by variable name', () => {
    const problems = problemsOf({ PORT: '99999', FEATURES__SAMPLE: 'maybe', SAMPLE_COLOR: 'blue' });

    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).toMatch(/PORT.*\n.*FEATURES__SAMPLE.*\n.*SAMPLE_COLOR/);
  });

  it('never prints a secret, neither in a problem nor when inspected', () => {
    const problems = problemsOf({ SAMPLE_KEY: 'hunter2' });

    expect(problems.join()).toContain('SAMPLE_KEY');
    expect(problems.join()).not.toContain('hunter2');
    expect(inspect(load({ SAMPLE_KEY: 'long-enough-secret' }))).not.toContain('long-enough');
    expect(JSON.stringify(load({ SAMPLE_KEY: 'long-enough-secret' }).key)).toBe('"***"');
  });

  it('counts placeholder secrets as unset', () => {
    for (const placeholder of ['sk-your-openai-key-here', 'sk-...', 'your-mistral-key-here', 'changeme']) {
      expect(load({ SAMPLE_KEY: placeholder }).key).toBeUndefined();
    }
  });

  it('accepts single-underscore names, aliases, comma lists and JSON lists', () => {
    expect(load({ FEATURES_SAMPLE: 'off' }).sample).toBe(false);
    expect(load({ OLD_LIST: 'a, b' }).list).toEqual(['a', 'b']);
    expect(load({ SAMPLE_LIST: '["a","b"]' }).list).toEqual(['a', 'b']);
  });

  it('takes defaults from the mode, and explicit values over the mode', () => {
    expect(load({ MODELMUXER_MODE: 'basic' }).sample).toBe(false);
    expect(load({ MODELMUXER_MODE: 'basic', FEATURES__SAMPLE: 'true' }).sample).toBe(true);
  });

  it('refuses unsafe values in production mode only', () => {
    expect(problemsOf({ SAMPLE_BUDGET: '0' })).toEqual([]);
    expect(problemsOf({ SAMPLE_BUDGET: '0', MODELMUXER_MODE: 'production' })[0]).toMatch(/SAMPLE_BUDGET/);
  });

  it('warns about variables that look like ours but mean nothing', () => {
    expect(loadConfig([SampleConfig], { FEATURES__SAMPEL: '1', HOME: '/x' }).warnings).toEqual([
      expect.stringContaining('FEATURES__SAMPEL'),
    ]);
  });
});

import { parseEnv } from 'node:util';
import { loadConfig } from './load-config';
import { renderConfiguration, renderEnvironmentExample } from './render-configuration';
import type { Secret } from './secret';
import { MODES, Setting, type ConfigClass } from './setting';
import { flag, integer, list, secret, text } from './setting-types';

class FirstConfig {
  static readonly section = 'First';

  @Setting({ env: 'FIRST_PORT', type: integer({ min: 0, max: 65535 }), default: 8000, describe: 'Port.' })
  readonly port: number;

  @Setting({
    env: 'FIRST__FLAG',
    aliases: ['OLD_FLAG'],
    type: flag(),
    default: true,
    modeDefaults: { basic: false },
    describe: 'Switch | lever.',
  })
  readonly switchedOn: boolean;

  @Setting({ env: 'FIRST_KEY', type: secret({ minLength: 8 }), secret: true, describe: 'Key.' })
  readonly key: Secret | undefined;
}

class SecondConfig {
  static readonly section = 'Second';

  @Setting({
    env: 'SECOND_ORIGINS',
    type: list(),
    default: [],
    describe: 'Origins.',
    example: 'http://a.example,http://b.example/#part',
    unsafeInProduction: (value) => (value?.includes('*') === true ? 'names every origin' : undefined),
  })
  readonly origins: readonly string[];

  @Setting({
    env: 'SECOND_URL',
    type: text(),
    describe: 'Address.',
    unsafeInProduction: (value) => (value === undefined ? 'an address is required' : undefined),
  })
  readonly url: string | undefined;
}

class FirstAgainConfig {
  static readonly section = 'First';

  @Setting({ env: 'FIRST_NAME', type: text(), describe: 'Name.', example: 'eve' })
  readonly name: string | undefined;
}

const classes = [FirstConfig, SecondConfig, FirstAgainConfig];
/** Without the class whose default production refuses. */
const safeClasses: readonly ConfigClass[] = [FirstConfig, FirstAgainConfig];

describe('.env.example', () => {
  const example = renderEnvironmentExample(classes);

  it('changes nothing when it is used unchanged, in any mode', () => {
    for (const mode of MODES) {
      const asIs = loadConfig(safeClasses, { ...parseEnv(example), MODELMUXER_MODE: mode });
      const empty = loadConfig(safeClasses, { MODELMUXER_MODE: mode });

      for (const configClass of safeClasses) {
        expect(asIs.get(configClass)).toEqual(empty.get(configClass));
      }
    }
  });

  it('holds valid values only: with every comment taken away it still loads', () => {
    const uncommented = parseEnv(example.replaceAll(/^# (?=[A-Z0-9_]+=)/gm, ''));
    const config = loadConfig(classes, { ...uncommented, MODELMUXER_MODE: 'basic' });

    expect(config.get(FirstConfig)).toMatchObject({ port: 8000, switchedOn: true, key: undefined });
    expect(config.get(SecondConfig).origins).toEqual(['http://a.example', 'http://b.example/#part']);
    expect(config.get(FirstAgainConfig).name).toBe('eve');
  });

  it('shows secrets as placeholders', () => {
    expect(example).toMatch(/^FIRST_KEY=your-first-key-here$/m);
  });
});

describe('docs/configuration.md', () => {
  const page = renderConfiguration(classes);
  const rowOf = (name: string): string | undefined =>
    page.split('\n').find((line) => line.startsWith(`| \`${name}\``));

  it('has one row per setting, with values, defaults of every mode, and other names', () => {
    expect(rowOf('FIRST_PORT')).toBe('| `FIRST_PORT` | integer 0–65535 | `8000` | Port. |');
    expect(rowOf('FIRST__FLAG')).toBe(
      '| `FIRST__FLAG` | true or false | `true`; basic: `false` | Switch \\| lever. Also: `OLD_FLAG`. |',
    );
    expect(rowOf('FIRST_KEY')).toContain('secret, at least 8 characters | unset |');
  });

  it('states what production refuses', () => {
    expect(rowOf('SECOND_ORIGINS')).toContain('Production refuses `*`: names every origin.');
    expect(rowOf('SECOND_URL')).toContain('Production refuses the default: an address is required.');
  });

  it('puts classes with the same heading into one section', () => {
    expect(page.match(/^## First$/gm)).toHaveLength(1);
    expect(page.indexOf('FIRST_NAME')).toBeLessThan(page.indexOf('## Second'));
  });

  it('is the same text every time', () => {
    expect(renderConfiguration(classes)).toBe(page);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_CLASSES } from '../../src/config-classes';
import {
  renderConfiguration,
  renderEnvironmentExample,
} from '../../src/platform/config/render-configuration';

const contentOf = (path: string): string => readFileSync(join(__dirname, '..', '..', path), 'utf8');

/** docs/openapi/openapi.yaml follows from the built application and is compared by `npm run check`. */
describe('files generated from the configuration classes (npm run generate)', () => {
  it('keeps .env.example up to date', () => {
    expect(contentOf('.env.example')).toBe(renderEnvironmentExample(CONFIG_CLASSES));
  });

  it('keeps docs/configuration.md up to date', () => {
    expect(contentOf('docs/configuration.md')).toBe(renderConfiguration(CONFIG_CLASSES));
  });
});

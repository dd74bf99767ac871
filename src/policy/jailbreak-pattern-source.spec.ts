import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../platform/config/load-config';
import { eventually } from '../../test/support/eventually';
import { FakeClock } from '../../test/support/fake-clock';
import { JailbreakPatternSource } from './jailbreak-pattern-source';
import { PolicyConfig } from './policy.config';

describe('JailbreakPatternSource', () => {
  let folder: string;
  let path: string;
  let clock: FakeClock;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mm-phrases-'));
    path = join(folder, 'jailbreak.txt');
    clock = new FakeClock();
    writeFileSync(path, 'alpha phrase\n');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (file: string): JailbreakPatternSource =>
    new JailbreakPatternSource(
      loadConfig([PolicyConfig], { POLICY__JAILBREAK_PATTERNS_PATH: file }).get(PolicyConfig),
      clock,
    );
  const blocks = (patterns: JailbreakPatternSource, text: string): boolean =>
    patterns.current().score(text, { discountGuarded: false }) >= 1;

  it('knows the file before the first request and takes changes over after 15 seconds, not sooner', async () => {
    const patterns = source(path);
    await patterns.onModuleInit();
    expect(blocks(patterns, 'the alpha phrase')).toBe(true);

    writeFileSync(path, 'beta phrase\n');
    clock.advance(14_000);
    expect(blocks(patterns, 'the beta phrase')).toBe(false);
    clock.advance(2_000);

    await eventually(() => {
      expect(blocks(patterns, 'the beta phrase')).toBe(true);
    });
    expect(blocks(patterns, 'the alpha phrase')).toBe(false);
  });

  it('keeps the last good content while the file cannot be read', async () => {
    const patterns = source(path);
    await patterns.onModuleInit();
    rmSync(path);
    clock.advance(60_000);
    blocks(patterns, 'x');
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(blocks(patterns, 'the alpha phrase')).toBe(true);
  });

  it('stops the start when the configured file does not exist', async () => {
    await expect(source(join(folder, 'missing.txt')).onModuleInit()).rejects.toThrow(/missing\.txt/);
  });
});

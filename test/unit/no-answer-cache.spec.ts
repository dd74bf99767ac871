import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(__dirname, '..', '..', 'src');
const OWN_FOLDER = join('platform', 'key-value-cache');

describe('the key-value cache', () => {
  it('cache × client aborts stream: no partial answer is cached, because nothing caches answers yet', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const users = files.filter(
      (name) =>
        !name.startsWith(OWN_FOLDER) &&
        /key-value-cache(\.module)?'/.test(readFileSync(join(SOURCES, name), 'utf8')),
    );

    expect(files.some((name) => name.startsWith(OWN_FOLDER))).toBe(true);
    // Whoever caches answers shows here, with a real stream that is cut, that a partial one is not among them.
    expect(users).toEqual([]);
  });
});

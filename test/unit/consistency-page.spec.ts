import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const TITLE = /\bit\(\s*(['"`])([a-z ]+ × [^:]+): /g;

function titledCells(): ReadonlySet<string> {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  const specs = files.filter((name) => name.endsWith('.spec.ts'));
  const texts = specs.map((name) => readFileSync(join(ROOT, 'test', name), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(TITLE)].map(([, , cell]) => cell ?? '')));
}

/** Rows of the first table; a dash says that a cell has no meaning. */
function promisedCells(): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/consistency.md'), 'utf8');
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...rows] = lines.slice(0, 9).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.flatMap(([name, ...cells]) =>
    cells.flatMap((cell, index) => (cell === '–' ? [] : [`${name ?? ''} × ${head[index + 1] ?? ''}`])),
  );
}

describe('docs/consistency.md', () => {
  it('promises in each cell something that a test of that name shows', () => {
    const cells = promisedCells();
    const titled = titledCells();

    expect(cells).toHaveLength(27);
    expect(cells.filter((cell) => !titled.has(cell))).toEqual([]);
  });

  it('leaves out no cell that a test is named after', () => {
    const cells = promisedCells();

    expect([...titledCells()].filter((cell) => !cells.includes(cell))).toEqual([]);
  });
});

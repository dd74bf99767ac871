import fc from 'fast-check';
import { csvLine } from './csv-line';

/** A reader of RFC 4180 that shares nothing with the writer. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  let at = 0;
  while (at < line.length) {
    let cell = '';
    if (line[at] === '"') {
      at += 1;
      while (!(line[at] === '"' && line[at + 1] !== '"')) {
        if (line[at] === '"') at += 1;
        cell += line[at] ?? '';
        at += 1;
      }
      at += 1;
    } else
      while (at < line.length && line[at] !== ',' && line[at] !== '\r') {
        cell += line[at] ?? '';
        at += 1;
      }
    cells.push(cell);
    if (line[at] === '\r') return cells;
    at += 1;
    if (line[at] === '\r') {
      cells.push('');
      return cells;
    }
  }
  return cells;
}

describe('csvLine', () => {
  it('is read back as it was written, but for the apostrophe in front of formulas', () => {
    const cells = fc.array(fc.string(), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(cells, (texts) => {
        const read = readLine(csvLine(texts));

        expect(read.map((cell, i) => (cell === `'${texts[i] ?? ''}` ? texts[i] : cell))).toEqual(texts);
      }),
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
    'hands no spreadsheet a formula: %j',
    (text) => {
      expect(readLine(csvLine([text, 'x']))[0]).toBe(`'${text}`);
    },
  );

  it('leaves numbers alone', () => {
    expect(csvLine([-5, -7n, 0.5, null, 'a'])).toBe('-5,-7,0.5,,a\r\n');
  });
});

/** What spreadsheet programs take for the beginning of a formula. */
const FORMULA_START = /^[=+\-@\t\r＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;

export type CsvCell = string | number | bigint | null;

/**
 * One line of CSV (RFC 4180). Texts that a spreadsheet program would run as a formula get an apostrophe in
 * front: parts of them come from clients. Numbers are ours and stay as they are, negative ones included.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

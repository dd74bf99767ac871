import { isDigit, isUpper } from './prompt-tokens';

const NEW_LINE = 10;
const FULL_STOP = 46;
const CLOSING = 41;
const LETTER_A = 65;

/** The options of a multiple-choice question, as far as routing cares. */
export interface AnswerOptions {
  readonly count: number;
  /** Characters before the first option; the whole text when there is none. */
  readonly questionLength: number;
  readonly meanLength: number;
  readonly maxLength: number;
  /** Share of options that begin with a digit. */
  readonly numericShare: number;
}

/** Finds lines that begin with `A.` or `A)`, then `B.`, and so on. */
export function findAnswerOptions(text: string): AnswerOptions {
  const starts: number[] = [];
  for (let line = 0; line >= 0 && line < text.length; line = nextLine(text, line))
    if (isOption(text, line, starts.length)) starts.push(line);
  if (starts.length < 2)
    return { count: 0, questionLength: text.length, meanLength: 0, maxLength: 0, numericShare: 0 };
  let total = 0;
  let maxLength = 0;
  let numeric = 0;
  for (const start of starts) {
    const next = nextLine(text, start);
    const length = Math.max(0, (next < 0 ? text.length : next - 1) - start - 3);
    total += length;
    maxLength = Math.max(maxLength, length);
    if (isDigit(text.charCodeAt(start + 3))) numeric++;
  }
  const count = starts.length;
  const questionLength = starts[0] ?? text.length;
  return { count, questionLength, meanLength: total / count, maxLength, numericShare: numeric / count };
}

function isOption(text: string, line: number, index: number): boolean {
  const letter = text.charCodeAt(line);
  const mark = text.charCodeAt(line + 1);
  return isUpper(letter) && letter === LETTER_A + index && (mark === FULL_STOP || mark === CLOSING);
}

/** Where the next line begins; negative when there is none. */
function nextLine(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end < 0 || text.charCodeAt(end) !== NEW_LINE ? -1 : end + 1;
}

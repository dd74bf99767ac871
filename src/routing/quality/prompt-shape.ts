import { findAnswerOptions } from './answer-options';
import { NUMBER, WORD, isUpper, type TokenVisitor } from './prompt-tokens';

/** Centre and spread of each number over the training prompts, part of the definition: the same prompt always has the same shape. */
const SCALES: readonly (readonly [centre: number, spread: number])[] = [
  [5.65, 0.85],
  [5.1, 1.0],
  [4.2, 0.8],
  [0.35, 0.6],
  [0.9, 1.0],
  [0.35, 0.7],
  [0.17, 0.5],
  [2.5, 0.7],
  [1.8, 0.65],
  [0.37, 0.25],
  [0.46, 0.37],
  [0.7, 0.46],
  [2.8, 1.9],
  [2.3, 1.7],
  [0.06, 0.22],
  [0.9, 0.14],
  [0.65, 0.48],
  [1.4, 0.8],
  [0.95, 1.0],
  [0.3, 0.21],
  [0.1, 0.3],
];
const CLAMP = 3;

/** Numbers of a shape. */
export const SHAPE_SIZE = SCALES.length;

/** Counts what a prompt looks like while its tokens go by. */
export class PromptShape {
  #words = 0;
  #letters = 0;
  #capitalised = 0;
  #numbers = 0;
  #tokens = 0;

  constructor(private readonly text: string) {}

  readonly visit: TokenVisitor = (kind, _hash, start, end) => {
    this.#tokens++;
    if (kind === NUMBER) this.#numbers++;
    if (kind !== WORD) return;
    this.#words++;
    this.#letters += end - start;
    if (end - start > 1 && isUpper(this.text.charCodeAt(start))) this.#capitalised++;
  };

  /** Standardised numbers, each within ±3. */
  finish(): Float64Array {
    const raw = this.#measure();
    return Float64Array.from(SCALES, ([centre, spread], i) =>
      Math.max(-CLAMP, Math.min(CLAMP, ((raw[i] ?? 0) - centre) / spread)),
    );
  }

  #measure(): number[] {
    const { text } = this;
    const length = Math.max(text.length, 1);
    const tokens = Math.max(this.#tokens, 1);
    const marks = countMarks(text);
    const options = findAnswerOptions(text);
    return [
      Math.log1p(text.length),
      Math.log1p(options.questionLength),
      Math.log1p(this.#tokens),
      (marks.digits / length) * 20,
      Math.log1p(this.#numbers),
      Math.log1p(marks.operators),
      Math.log1p(marks.dollars),
      marks.sentences > 0 ? Math.log1p(tokens / marks.sentences) : 0,
      Math.log1p(marks.sentences),
      (marks.capitals / length) * 10,
      (this.#capitalised / tokens) * 5,
      options.count > 0 ? 1 : 0,
      options.count,
      Math.log1p(options.meanLength),
      options.numericShare,
      this.#letters / Math.max(this.#words, 1) / 5,
      marks.questions > 0 ? 1 : 0,
      Math.log1p(marks.lines),
      Math.log1p(marks.commas),
      options.count > 0 ? options.maxLength / Math.max(options.meanLength, 1) / 3 : 0,
      marks.braces > 3 || text.includes('def ') || text.includes('return ') ? 1 : 0,
    ];
  }
}

interface Marks {
  digits: number;
  capitals: number;
  operators: number;
  dollars: number;
  sentences: number;
  questions: number;
  commas: number;
  lines: number;
  braces: number;
}

function countMarks(text: string): Marks {
  const marks: Marks = {
    digits: 0,
    capitals: 0,
    operators: 0,
    dollars: 0,
    sentences: 0,
    questions: 0,
    commas: 0,
    lines: 0,
    braces: 0,
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) continue;
    const field = FIELDS[code];
    if (field === undefined) continue;
    if (field === 'sentences') {
      if (text.charCodeAt(i + 1) > 32) continue;
      if (code === QUESTION_MARK) marks.questions++;
    }
    marks[field]++;
  }
  return marks;
}

const QUESTION_MARK = 63;
const FIELDS: readonly (keyof Marks | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (character >= '0' && character <= '9') return 'digits';
  if (isUpper(code)) return 'capitals';
  if ('+*/=^\\<>'.includes(character)) return 'operators';
  if (character === '$') return 'dollars';
  if ('.!?'.includes(character)) return 'sentences';
  if (character === ',') return 'commas';
  if (character === '\n') return 'lines';
  return '{}[];'.includes(character) ? 'braces' : undefined;
});

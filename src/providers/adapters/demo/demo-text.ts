/** Only the head of a long question is looked at. */
const READ_CHARACTERS = 4_000;
const QUOTED_CHARACTERS = 160;
const MAX_COUNT = 1_000;
const SUM = /(-?\d{1,12}(?:\.\d{1,6})?) ?(\+|-|\*|x|×|\/|÷) ?(-?\d{1,12}(?:\.\d{1,6})?)/;
const COUNT = /\bcount\b[^\d]{0,40}(?:1 ?(?:to|-|–|\.\.\.?|through|up to) ?)?(\d{1,4})\b/i;
const CAPITALISED =
  /\b(?:in|for|at|to|from|of|called|named) ([A-Z][\p{L}'-]{1,40}(?: [A-Z][\p{L}'-]{1,40}){0,2})/u;

/** What a demo model says to a question: sums, counting, or a plain statement of what it is. */
export function demoText(question: string): string {
  const head = question.slice(0, READ_CHARACTERS);
  return sumIn(head) ?? countIn(head) ?? echo(question);
}

/** The part of a question that a tool or a form most likely asks about: a name, or the question itself. */
export function subjectOf(question: string): string {
  const match = CAPITALISED.exec(question.slice(0, READ_CHARACTERS));
  return match?.[1] ?? quote(question, 60);
}

function sumIn(text: string): string | undefined {
  const match = SUM.exec(text);
  if (!match) return undefined;
  const [, left = '', operator = '', right = ''] = match;
  const result = calculate(Number(left), operator, Number(right));
  return Number.isFinite(result)
    ? `${left} ${operator} ${right} = ${Number(result.toFixed(6))}`
    : 'That has no result.';
}

function calculate(left: number, operator: string, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '/':
    case '÷':
      return left / right;
    default:
      return left * right;
  }
}

function countIn(text: string): string | undefined {
  const match = COUNT.exec(text);
  if (!match) return undefined;
  const last = Math.min(Number(match[1]), MAX_COUNT);
  return Array.from({ length: last }, (_unused, index) => String(index + 1)).join(' ');
}

function echo(question: string): string {
  const words = question.split(/\s+/).filter((word) => word !== '').length;
  return (
    `You wrote ${words} word${words === 1 ? '' : 's'}: "${quote(question, QUOTED_CHARACTERS)}". ` +
    'This is the built-in demo provider: it works offline and understands sums, counting, JSON forms and tools. ' +
    'Configure a provider key for real answers.'
  );
}

function quote(text: string, characters: number): string {
  const line = text
    .slice(0, characters * 2)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > characters ? `${line.slice(0, characters)}…`.replace(/[\uD800-\uDBFF]…$/, '…') : line;
}

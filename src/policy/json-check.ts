import type { Steps } from '../common/steps';

const STEP_CHARACTERS = 16_384;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or end' | 'nothing';

/** Whether a text is one JSON document, as JSON.parse sees it, but in steps and without building the value. */
export function* isJsonDocument(text: string): Steps<boolean> {
  const check = new JsonCheck(text);
  while (check.advance()) yield;
  return check.isComplete();
}

class JsonCheck {
  #at = 0;
  #expected: Expected = 'value';
  #isBroken = false;
  #isInString = false;
  /** The brackets that are open. */
  readonly #open: number[] = [];

  constructor(private readonly text: string) {}

  isComplete(): boolean {
    return !this.#isBroken && !this.#isInString && this.#expected === 'nothing';
  }

  /** Looks at the next characters; false when the end or a fault is reached. */
  advance(): boolean {
    const limit = Math.min(this.text.length, this.#at + STEP_CHARACTERS);
    while (this.#at < limit && !this.#isBroken) {
      if (this.#isInString) this.#goOnInString(limit);
      else this.#takeSign(this.text.charCodeAt(this.#at));
    }
    return !this.#isBroken && this.#at < this.text.length;
  }

  #goOnInString(limit: number): void {
    while (this.#at < limit) {
      const code = this.text.charCodeAt(this.#at);
      this.#at += code === BACKSLASH ? escapeLength(this.text, this.#at) : 1;
      this.#isInString = code !== QUOTE;
      // An unknown escape leads beyond the end.
      this.#isBroken = code < 32 || this.#at > this.text.length;
      if (!this.#isInString || this.#isBroken) return;
    }
  }

  #takeSign(code: number): void {
    if (code === 32 || code === 10 || code === 13 || code === 9) this.#at++;
    else if (this.#expected === 'value' || this.#expected === 'value or ]') this.#takeValue(code);
    else if (this.#expected === 'key' || this.#expected === 'key or }') this.#takeKey(code);
    else if (this.#expected === 'colon') this.#takeOnly(code, COLON, 'value');
    else if (this.#expected === 'comma or end') this.#takeCommaOrEnd(code);
    else this.#isBroken = true;
  }

  #takeValue(code: number): void {
    if (code === 123 || code === 91) {
      this.#open.push(code);
      this.#at++;
      this.#expected = code === 123 ? 'key or }' : 'value or ]';
    } else if (code === 93 && this.#expected === 'value or ]') {
      this.#close();
    } else if (code === QUOTE) {
      this.#beginString('comma or end');
    } else {
      const length = literalLength(this.text, this.#at) || numberLength(this.text, this.#at);
      this.#at += length;
      this.#isBroken = length === 0;
      this.#expectAfterValue();
    }
  }

  #takeKey(code: number): void {
    if (code === QUOTE) this.#beginString('colon');
    else if (code === 125 && this.#expected === 'key or }') this.#close();
    else this.#isBroken = true;
  }

  #takeOnly(code: number, wanted: number, next: Expected): void {
    this.#isBroken = code !== wanted;
    this.#at++;
    this.#expected = next;
  }

  #takeCommaOrEnd(code: number): void {
    const isInObject = this.#open.at(-1) === 123;
    if (code === (isInObject ? 125 : 93)) this.#close();
    else this.#takeOnly(code, COMMA, isInObject ? 'key' : 'value');
  }

  #beginString(next: Expected): void {
    this.#isInString = true;
    this.#at++;
    this.#expected = next;
    if (next !== 'colon') this.#expectAfterValue();
  }

  #close(): void {
    this.#open.pop();
    this.#at++;
    this.#expectAfterValue();
  }

  #expectAfterValue(): void {
    this.#expected = this.#open.length === 0 ? 'nothing' : 'comma or end';
  }
}

/** Length of an escape sequence; one more than the text has when it is none, which ends the check. */
function escapeLength(text: string, at: number): number {
  const kind = text.charAt(at + 1);
  if (kind === 'u') return /^[\da-f]{4}$/i.test(text.slice(at + 2, at + 6)) ? 6 : text.length + 1;
  return kind !== '' && '"\\/bfnrt'.includes(kind) ? 2 : text.length + 1;
}

function literalLength(text: string, at: number): number {
  for (const literal of ['true', 'false', 'null']) if (text.startsWith(literal, at)) return literal.length;
  return 0;
}

/** Length of a JSON number; 0 when there is none. */
function numberLength(text: string, start: number): number {
  let at = text.charCodeAt(start) === 45 ? start + 1 : start;
  const whole = digitsFrom(text, at);
  if (whole === 0 || (whole > 1 && text.charCodeAt(at) === 48)) return 0;
  at += whole;
  if (text.charCodeAt(at) === 46) {
    const decimals = digitsFrom(text, at + 1);
    if (decimals === 0) return 0;
    at += 1 + decimals;
  }
  return at + exponentLength(text, at) - start;
}

/** Of an exponent that is none, the letter stays, and nothing may follow a number but a sign. */
function exponentLength(text: string, at: number): number {
  if ((text.charCodeAt(at) | 32) !== 101) return 0;
  const sign = text.charCodeAt(at + 1);
  const digitsAt = sign === 43 || sign === 45 ? at + 2 : at + 1;
  const digits = digitsFrom(text, digitsAt);
  return digits === 0 ? 0 : digitsAt + digits - at;
}

function digitsFrom(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at - start;
}

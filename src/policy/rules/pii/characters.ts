/** Character classes by code, for scanners without regular expressions. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 0xc0 && (code < 0x2000 || code >= 0x2e80))
  );
}

/** Letters, digits and underscore: what an identifier consists of. */
export function isWordCharacter(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 95;
}

export function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

export function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** Code at a position, 0 outside the text. */
export function codeAt(text: string, index: number): number {
  return index >= 0 && index < text.length ? text.charCodeAt(index) : 0;
}

/** Some ASCII signs, for look-ups by code. */
export class SignSet {
  readonly #has = new Uint8Array(128);

  constructor(signs: string) {
    for (let i = 0; i < signs.length; i++) this.#has[signs.charCodeAt(i)] = 1;
  }

  has(code: number): boolean {
    return code < 128 && this.#has[code] === 1;
  }
}

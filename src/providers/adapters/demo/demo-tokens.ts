/** Longest token in UTF-16 units, its leading space not counted. */
const MAX_WORD_UNITS = 5;

/** Splits a text into the demo models' tokens: up to five characters with one leading space. Joined they give the text back. */
export function toDemoTokens(text: string): string[] {
  const tokens: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = tokenEnd(text, start);
    tokens.push(text.slice(start, end));
    start = end;
  }
  return tokens;
}

/** As many tokens as {@link toDemoTokens} gives, without making them. */
export function countDemoTokens(text: string): number {
  let count = 0;
  for (let start = 0; start < text.length; start = tokenEnd(text, start)) count += 1;
  return count;
}

function tokenEnd(text: string, start: number): number {
  let end = start + 1;
  const wordStart = isSpace(text.charCodeAt(start)) ? end : start;
  while (end < text.length && end - wordStart < MAX_WORD_UNITS && !isSpace(text.charCodeAt(end))) end += 1;
  return isLowSurrogate(text.charCodeAt(end)) && isHighSurrogate(text.charCodeAt(end - 1)) ? end + 1 : end;
}

function isSpace(unit: number): boolean {
  return unit === 32 || unit === 10 || unit === 9 || unit === 13;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
